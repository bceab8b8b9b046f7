import Interchange
import Mappings
import Reports
import Workloads

/// What `tilebound help` tells besides each command's options: what several commands have in common.
enum HelpTopic: String, CaseIterable {
  /// Dimensions, keeps and dataflows, and how a mapping is written.
  case mapping
  /// The forms of files that are read and written.
  case files
  /// What energies are made of, and the models that are built in.
  case energy

  /// What is printed, in lines of at most 80 characters.
  var text: String {
    switch self {
    case .mapping: Self.mappingText
    case .files: Self.filesText
    case .energy: Self.energyText
    }
  }

  private static let mappingText = """
    A layer's dimensions have a letter each, in --shape, in mappings and in tables:

      n  batch            k  output channels    p  output rows     r  kernel rows
      g  groups           c  input channels     q  output columns  s  kernel columns

    k and c count within a group. In --shape h and w are input rows and columns, in
    place of p and q. A product of an MxK and a KxN matrix has p = M, c = K and k =
    N.

    A mapping is a loop nest, outermost first. A loop walks a dimension in tiles, a
    keep says that from there inward the Buffer holds what of a tensor the tiles
    touch. In one line, as in tables and for --nest:

      k:20       for k in tiles of 20          k:20~      the same, back and forth
      r%2        for the residues of r mod 2   [outputs]  keep outputs
      k:20+      filled: boxes are as large at the last, shorter tile

      k:20 [outputs] c:1 [inputs] k:1 r:1 s:1 [weights]

    optimize, curve, gap and sweep take the same line as --template, with free
    loops, as k or k~, and find their tiles.

    Every mapping keeps inputs, weights and outputs once each. A dataflow is the
    order of its keeps, by their first letters, the outermost before the dash:

    \(dataflows)
      any        all six; os-*, ws-*, is-* in tables: both that begin so

    Examples:
      tilebound evaluate --shape k=4,c=8,p=6 --replay \\
        --nest 'k:2 [outputs] c:1 [inputs] k:1 p:1 [weights]'
      tilebound optimize --shape k=64,c=32,p=14,q=14 \\
        --capacity 4KiB --dataflow os,ws
      tilebound optimize alexnet --layer conv2 --capacity 64KiB --mapping conv2.yaml
      tilebound evaluate alexnet --mapping conv2.yaml
    """

  /// A line for each order of keeps.
  private static let dataflows = Dataflow.allCases.map { dataflow in
    "  \(dataflow.rawValue)      \(dataflow.order.map(\.rawValue).joined(separator: ", then "))"
  }.joined(separator: "\n")

  private static let filesText = """
    Networks are read from layer tables in YAML, ONNX models, problems of Timeloop,
    workloads of AccelForge and ZigZag, topologies of SCALE-Sim (.csv) and models of
    MAESTRO (.m). A layer table:

      network: mine
      layers:
        - name: conv2
          input: {channels: 64, height: 27, width: 27}
          output: {channels: 192}
          kernel: 5           # or {height: 5, width: 5}; so stride and dilation
          padding: 2          # or {top: 2, bottom: 2, left: 2, right: 2}
        - name: fc6           # also count, batch, groups, biases
          gemm: {m: 1, n: 4096, k: 9216}

    A mapping, outermost first, which --mapping reads and writes:

      layer: conv2
      mapping:
        - {for: k, tile: 20}
        - {keep: outputs}
        - {for: c, tile: 1}
        - {keep: inputs}
        - {for: k, tile: 1}
        - {keep: weights}

    Results are written as --format table, json or csv, or as the name of --output
    ends; a sweep's also as .jsonl, a line for each record. JSON, JSON lines and CSV
    are what 'tilebound report' reads. Sizes of the Buffer are written as 64KiB,
    lists as 16KiB,64KiB or 1KiB...4MiB.

    Energy models: tilebound help energy. Files of sweeps and accelerators:
    Documentation/Reference/Files.md.

    Examples:
      tilebound convert alexnet --output my-network.yaml
      tilebound optimize my-network.yaml --layer conv3 --capacity 64KiB
      tilebound gap my-network.yaml --layer 'fc*' --capacity 64KiB --output gap.json
      tilebound report gap.json --no-plots --output gap.html
    """

  private static let energyText = """
    Energy is (energy of a MAC) x MACs + (energy of a bit read) x bits read from
    DRAM + (energy of a bit written) x bits written to DRAM. Without --energy a bit
    costs 1 and a MAC nothing, so that energy is bits moved, as under the model
    'unit'. Built in:

    \(energyModels)

    What a bit is of: --bits 8 for all tensors, or --bits
    inputs=8,weights=4,partial-sums=24, where what is left out is the energy
    model's, or 8. An energy model of your own is a file:

      energy: my-energies
      unit: pJ
      mac: 0.3
      read: 20.3125
      write: 20.3125
      bits: {inputs: 8, weights: 8, outputs: 8, partial-sums: 32}

    It may have what the Buffer's own accesses cost at each capacity, as the models
    of CACTI do: Documentation/Reference/Files.md. 'tilebound networks NAME' tells a
    model's figures and where they come from.

    Examples:
      tilebound networks lpddr4-int8
      tilebound optimize alexnet --layer conv2 --capacity 64KiB --energy lpddr4-int8
      tilebound gap alexnet --layer fc6 --capacity 64KiB --energy hbm2-fp16
    """

  /// The built-in models, as many on a line as there is room for.
  private static var energyModels: String {
    TextLines.fitted(["    " + BuiltIn.energyModelNames.joined(separator: ", ")], width: 76).map {
      "  " + $0.drop { $0 == " " }
    }.joined(separator: "\n")
  }
}
