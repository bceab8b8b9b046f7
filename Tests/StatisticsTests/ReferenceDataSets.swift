import Statistics
import Testing

/// Linear regressions of NIST's Statistical Reference Datasets, with the values that are certified for them.
///
/// National Institute of Standards and Technology, Statistical Reference Datasets, https://www.itl.nist.gov/div898/strd.
struct ReferenceDataSet: CustomTestStringConvertible {
  var name: String
  var response: [Double]
  /// The terms: the variable, or its powers from 1 on.
  var terms: [Variable]
  var intercept = true
  var estimates: [Double]
  var standardErrors: [Double]
  var residualStandardError: Double
  var rSquared: Double
  var f: Double

  var testDescription: String { name }

  var model: LinearModel {
    get throws {
      try LinearModel(response: Variable("y", response), terms: terms, intercept: intercept)
    }
  }

  static func polynomial(_ degree: Int, _ x: [Double]) -> [Variable] {
    (1...degree).map { Variable("x\($0)", power: $0, of: x) }
  }
}

extension ReferenceDataSet {
  static let all = [norris, pontius, noInt1, noInt2, filip, longley] + wampler

  static let norris = ReferenceDataSet(
    name: "Norris",
    response: [
      0.1, 338.8, 118.1, 888.0, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8, 339.3, 448.9,
      10.8, 557.7, 228.3, 998.0, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4,
      449.2, 0.2,
    ],
    terms: polynomial(
      1,
      [
        0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777.0, 558.2, 0.4, 0.6, 775.5, 666.9, 338.0, 447.5,
        11.6, 556.0, 228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1, 118.3, 229.2, 669.1,
        448.9, 0.5,
      ]),
    estimates: [-0.262323073774029, 1.00211681802045], standardErrors: [0.232818234301152, 0.429796848199937e-3],
    residualStandardError: 0.884796396144373, rSquared: 0.999993745883712, f: 5436385.54079785)

  static let pontius = ReferenceDataSet(
    name: "Pontius",
    response: [
      0.11019, 0.21956, 0.32949, 0.43899, 0.54803, 0.65694, 0.76562, 0.87487, 0.98292, 1.09146, 1.20001, 1.30822,
      1.41599, 1.52399, 1.63194, 1.73947, 1.84646, 1.95392, 2.06128, 2.16844, 0.11052, 0.22018, 0.32939, 0.43886,
      0.54798, 0.65739, 0.76596, 0.87474, 0.98300, 1.09150, 1.20004, 1.30818, 1.41613, 1.52408, 1.63159, 1.73965,
      1.84696, 1.95445, 2.06177, 2.16829,
    ],
    terms: polynomial(2, (0..<40).map { 150_000 * Double($0 % 20 + 1) }),
    estimates: [0.673565789473684e-3, 0.732059160401003e-6, -0.316081871345029e-14],
    standardErrors: [0.107938612033077e-3, 0.157817399981659e-9, 0.486652849992036e-16],
    residualStandardError: 0.205177424076185e-3, rSquared: 0.999999900178537, f: 185330865.995752)

  static let noInt1 = ReferenceDataSet(
    name: "NoInt1", response: (130...140).map(Double.init), terms: polynomial(1, (60...70).map(Double.init)),
    intercept: false, estimates: [2.07438016528926], standardErrors: [0.165289256198347e-1],
    residualStandardError: 3.56753034006338, rSquared: 0.999365492298663, f: 15750.25)

  static let noInt2 = ReferenceDataSet(
    name: "NoInt2", response: [3, 4, 4], terms: polynomial(1, [4, 5, 6]), intercept: false,
    estimates: [0.727272727272727], standardErrors: [0.420827318078432e-1], residualStandardError: 0.369274472937998,
    rSquared: 0.993348115299335, f: 298.666666666667)

  /// The powers must be exact: of powers rounded to doubles, the coefficients differ in the eighth digit.
  static let filip = ReferenceDataSet(
    name: "Filip",
    response: [
      0.8116, 0.9072, 0.9052, 0.9039, 0.8053, 0.8377, 0.8667, 0.8809, 0.7975, 0.8162, 0.8515, 0.8766, 0.8885, 0.8859,
      0.8959, 0.8913, 0.8959, 0.8971, 0.9021, 0.909, 0.9139, 0.9199, 0.8692, 0.8872, 0.89, 0.891, 0.8977, 0.9035,
      0.9078, 0.7675, 0.7705, 0.7713, 0.7736, 0.7775, 0.7841, 0.7971, 0.8329, 0.8641, 0.8804, 0.7668, 0.7633, 0.7678,
      0.7697, 0.77, 0.7749, 0.7796, 0.7897, 0.8131, 0.8498, 0.8741, 0.8061, 0.846, 0.8751, 0.8856, 0.8919, 0.8934,
      0.894, 0.8957, 0.9047, 0.9129, 0.9209, 0.9219, 0.7739, 0.7681, 0.7665, 0.7703, 0.7702, 0.7761, 0.7809, 0.7961,
      0.8253, 0.8602, 0.8809, 0.8301, 0.8664, 0.8834, 0.8898, 0.8964, 0.8963, 0.9074, 0.9119, 0.9228,
    ],
    terms: polynomial(10, filipX),
    estimates: [
      -1467.48961422980, -2772.17959193342, -2316.37108160893, -1127.97394098372, -354.478233703349, -75.1242017393757,
      -10.8753180355343, -1.06221498588947, -0.670191154593408e-1, -0.246781078275479e-2, -0.402962525080404e-4,
    ],
    standardErrors: [
      298.084530995537, 559.779865474950, 466.477572127796, 227.204274477751, 71.6478660875927, 15.2897178747400,
      2.23691159816033, 0.221624321934227, 0.142363763154724e-1, 0.535617408889821e-3, 0.896632837373868e-5,
    ],
    residualStandardError: 0.334801051324544e-2, rSquared: 0.996727416185620, f: 2162.43954511489)

  static let filipX = [
    -6.860120914, -4.324130045, -4.358625055, -4.358426747, -6.955852379, -6.661145254, -6.355462942, -6.118102026,
    -7.115148017, -6.815308569, -6.519993057, -6.204119983, -5.853871964, -6.109523091, -5.79832982, -5.482672118,
    -5.171791386, -4.851705903, -4.517126416, -4.143573228, -3.709075441, -3.499489089, -6.300769497, -5.953504836,
    -5.642065153, -5.031376979, -4.680685696, -4.329846955, -3.928486195, -8.56735134, -8.363211311, -8.107682739,
    -7.823908741, -7.522878745, -7.218819279, -6.920818754, -6.628932138, -6.323946875, -5.991399828, -8.781464495,
    -8.663140179, -8.473531488, -8.247337057, -7.971428747, -7.676129393, -7.352812702, -7.072065318, -6.774174009,
    -6.478861916, -6.159517513, -6.835647144, -6.53165267, -6.224098421, -5.910094889, -5.598599459, -5.290645224,
    -4.974284616, -4.64454848, -4.290560426, -3.885055584, -3.408378962, -3.13200249, -8.726767166, -8.66695597,
    -8.511026475, -8.165388579, -7.886056648, -7.588043762, -7.283412422, -6.995678626, -6.691862621, -6.392544977,
    -6.067374056, -6.684029655, -6.378719832, -6.065855188, -5.752272167, -5.132414673, -4.811352704, -4.098269308,
    -3.66174277, -3.2644011,
  ]

  static let longley = ReferenceDataSet(
    name: "Longley",
    response: [
      60323, 61122, 60171, 61187, 63221, 63639, 64989, 63761, 66019, 67857, 68169, 66513, 68655, 69564, 69331, 70551,
    ],
    terms: [
      Variable(
        "deflator",
        [
          83, 88.5, 88.2, 89.5, 96.2, 98.1, 99, 100, 101.2, 104.6, 108.4, 110.8, 112.6, 114.2, 115.7, 116.9,
        ]),
      Variable(
        "gnp",
        [
          234289, 259426, 258054, 284599, 328975, 346999, 365385, 363112, 397469, 419180, 442769, 444546, 482704,
          502601, 518173, 554894,
        ]),
      Variable(
        "unemployed",
        [
          2356, 2325, 3682, 3351, 2099, 1932, 1870, 3578, 2904, 2822, 2936, 4681, 3813, 3931, 4806, 4007,
        ]),
      Variable(
        "armed forces",
        [
          1590, 1456, 1616, 1650, 3099, 3594, 3547, 3350, 3048, 2857, 2798, 2637, 2552, 2514, 2572, 2827,
        ]),
      Variable(
        "population",
        [
          107608, 108632, 109773, 110929, 112075, 113270, 115094, 116219, 117388, 118734, 120445, 121950, 123366,
          125368, 127852, 130081,
        ]),
      Variable(
        "year",
        [
          1947, 1948, 1949, 1950, 1951, 1952, 1953, 1954, 1955, 1956, 1957, 1958, 1959, 1960, 1961, 1962,
        ]),
    ],
    estimates: [
      -3482258.63459582, 15.0618722713733, -0.358191792925910e-1, -2.02022980381683, -1.03322686717359,
      -0.511041056535807e-1, 1829.15146461355,
    ],
    standardErrors: [
      890420.383607373, 84.9149257747669, 0.334910077722432e-1, 0.488399681651699, 0.214274163161675, 0.226073200069370,
      455.478499142212,
    ],
    residualStandardError: 304.854073561965, rSquared: 0.995479004577296, f: 330.285339234588)

  /// R. H. Wampler's five (JASA 65, 1970): y = 1 + x + … + x⁵ and y = 1 + x/10 + … + (x/10)⁵ at x = 0, …, 20, and the
  /// first with errors of 1, 100 and 10 000 times a pattern orthogonal to the powers of x.
  static let wampler = {
    let x = (0...20).map(Double.init)
    let sums = x.map { x in (0...5).reduce(0.0) { sum, _ in sum * x + 1 } }
    let tenths = (0...20).map { x in
      (0...5).reduce(0) { sum, k in
        sum + [100_000, 10_000, 1000, 100, 10, 1][k] * (0..<k).reduce(1) { power, _ in power * x }
      }
    }
    let pattern: [Double] = [
      759, -2048, 2048, -2048, 2523, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 1838, -2048, 2048, -2048, 2523,
      -2048,
      2048, -2048, 759,
    ]
    let errors = [
      2152.32624678170, 2363.55173469681, 779.343524331583, 101.475507550350, 5.64566512170752, 0.112324854679312,
    ]
    let exact = [
      ReferenceDataSet(
        name: "Wampler1", response: sums, terms: polynomial(5, x), estimates: Array(repeating: 1, count: 6),
        standardErrors: Array(repeating: 0, count: 6), residualStandardError: 0, rSquared: 1, f: .infinity),
      ReferenceDataSet(
        name: "Wampler2", response: tenths.map { Double($0) / 100_000 }, terms: polynomial(5, x),
        estimates: [1, 0.1, 0.01, 0.001, 0.0001, 0.00001], standardErrors: Array(repeating: 0, count: 6),
        residualStandardError: 0, rSquared: 1, f: .infinity),
    ]
    let figures = [
      (1.0, 0.999995559025820, 675524.458240122), (100, 0.957478440825662, 67.5524458240122),
      (10_000, 0.224668921574940e-2, 0.675524458240122e-2),
    ]
    return exact
      + zip(3..., figures).map { number, figures in
        ReferenceDataSet(
          name: "Wampler\(number)", response: zip(sums, pattern).map { $0 + figures.0 * $1 }, terms: polynomial(5, x),
          estimates: Array(repeating: 1, count: 6), standardErrors: errors.map { figures.0 * $0 },
          residualStandardError: 2360.14502379268 * figures.0, rSquared: figures.1, f: figures.2)
      }
  }()
}
