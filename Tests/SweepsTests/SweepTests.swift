import Answers
import EnergyModel
import Interchange
import MappingSearch
import Mappings
import Testing
import Workloads

@testable import Sweeps

/// Small sweeps whose records can be found again one by one.
enum Examples {
  static func network(_ name: String, seed: Int) throws -> Network {
    try Network(
      name: name, source: "",
      entries: [
        Network.Entry(
          layer: try Layer(
            name: "conv", inputChannels: 3 + seed, input: Extent(height: 9, width: 8), outputChannels: 5,
            kernel: Extent(height: 3, width: 2), stride: Extent(height: 2, width: 1), padding: Padding(1)), count: 2),
        Network.Entry(layer: try Layer.gemm(name: "fc, \"1\"", m: 4 + seed, n: 6, k: 7), count: 1),
      ])
  }

  static func model(_ name: String, mac: Double = 0.5, read: Double, write: Double) throws -> EnergyModel {
    try EnergyModel(name: name, source: "", unit: "pJ", mac: mac, read: read, write: write)
  }

  /// Two networks, six capacities, five energy models of four ratios, two widths, both policies: 480 records.
  static func request() throws -> SweepRequest {
    var request = SweepRequest()
    request.networks = [try network("one", seed: 0), try network("two", seed: 2)]
    request.capacities = [96, 200, 333, 512, 1024, 1 << 16].map { Bits($0) }
    request.energyModels = [
      .bitsMoved, try model("even", read: 3.25, write: 3.25), try model("reads", read: 2, write: 0),
      try model("writes", read: 0.5, write: 7), try model("free", mac: 1, read: 0, write: 0),
    ]
    request.widths = [
      ChosenWidths(WordWidths(.byte)),
      ChosenWidths(inputs: .one, weights: .byte, outputs: .byte, partialSums: .byte),
    ]
    request.reuse = [.sliding, .none]
    return request
  }

  /// The same with three of the capacities and two of the energy models, for what does not depend on how many there are.
  static func shortRequest() throws -> SweepRequest {
    var request = try request()
    request.capacities.removeLast(3)
    request.energyModels.removeLast(3)
    return request
  }
}

extension Sweep {
  /// The answers for an item, from a search of its own unit.
  func answer(for number: Int) throws -> SweepAnswer {
    let unit = units.first { $0.items.contains(number) }
    var search = try UnitSearch(try #require(unit), of: self, threads: 1)
    return try search.answer(for: items[number])
  }
}

struct SweepTests {
  /// Contents count, and loops over phases, where a request names no reuse.
  @Test func overlapIsTheDefault() throws {
    var request = try Examples.request()
    request.reuse = []
    let settings = try Sweep(request).settings
    #expect(!settings.isEmpty && settings.allSatisfy { $0.reuse == .overlap && $0.phases == .on })
  }

  /// Accelerators are compared each with what is its own, as optimize finds it, and with nothing of another.
  @Test func acceleratorsKeepTheirOwn() throws {
    var request = try Examples.request()
    (request.capacities, request.energyModels, request.widths) = ([], [], [])
    request.reuse = [.sliding]
    let wide = WordWidths(inputs: .byte, weights: .one, outputs: .byte, partialSums: .byte)
    let machines: [(String, Int, EnergyModel, WordWidths)] = [
      ("small", 200, try Examples.model("even", read: 3.25, write: 3.25), WordWidths(.byte)),
      ("large", 1024, try Examples.model("writes", read: 0.5, write: 7), wide),
      ("same", 200, try Examples.model("even", read: 3.25, write: 3.25), WordWidths(.byte)),
    ]
    request.accelerators = machines.map { name, bits, model, widths in
      Accelerator(
        Accelerator.Identity(
          name: name, throughput: Accelerator.Throughput(macsPerCycle: bits, clock: 1e6, bandwidth: 1e6)),
        source: "", capacity: Bits(bits), energyModel: model, widths: widths)
    }
    let sweep = try Sweep(request)
    #expect(sweep.recordCount == 2 * 2 * 3 && sweep.extraColumns == [.accelerator, .time])
    var sums: [SweepSums] = []
    // Two are searched as one.
    #expect(sweep.units.count == 2 * 2 * 2 && sweep.items.count == sweep.recordCount)
    for (number, item) in sweep.items.enumerated() {
      let found = try sweep.answer(for: number)
      sums.append(SweepSums(found))
      let answer = try #require(found.answers.first)
      let own = try #require(request.accelerators.first { $0.identity == answer.accelerator })
      let problem = try Problem(item.entry.layer, widths: own.widths, energyModel: own.energyModel, reuse: .sliding)
      let optimum = try #require(Optimizer(problem).optimum(capacity: own.capacity))
      #expect(found.answers.count == 1 && answer.capacity == own.capacity && answer.setting == problem.setting)
      #expect(answer.energy == Energies(optimum.energy) && answer.mapping == .nest(optimum.mapping))
    }
    let totals = SweepTotal.all(sweep, sums)
    #expect(totals.map(\.accelerator) == ["small", "large", "same", "small", "large", "same"])
    #expect(totals.map(\.capacityBits) == [200, 1024, 200, 200, 1024, 200])
    let again = try Sweep(SweepPlan(sweep, form: .csv), of: "f")
    #expect(again.settings.map(\.accelerator) == sweep.settings.map(\.accelerator))
    #expect(again.settings.map(\.capacities) == sweep.settings.map(\.capacities))
    request.capacities = [Bits(200)]
    #expect(throws: SweepError.self) { try Sweep(request) }
    request.capacities = []
    request.accelerators[0] = Accelerator(
      Accelerator.Identity(name: "large", throughput: nil), source: "", capacity: Bits(200),
      energyModel: request.accelerators[0].energyModel, widths: WordWidths(.byte))
    let error = #expect(throws: SweepError.self) { try Sweep(request) }
    #expect(error?.description.contains("two different accelerators are called 'large'") ?? false)
  }

  /// Where the Buffer costs something, records are optima under the prices of their capacities, whether or not these keep
  /// their ratio.
  @Test func bufferEnergiesAreThoseOfEachCapacity() throws {
    var request = try Examples.request()
    request.capacities = [100, 333, 1024].map { Bits($0) }
    request.energyModels = try [(1.0, 1.0), (0.5, 3)].map { fills, drains in
      let row = { BufferEnergy.Row(capacity: Bits($0), read: $1, write: $1) }
      let buffer = try BufferEnergy(
        table: [row(96, 0.25), row(400, 1), row(2048, 3)], readsPerMAC: BufferEnergy.Accesses(inputs: 1, weights: 1),
        writesPerMAC: BufferEnergy.Accesses(partialSums: 1), writesPerFill: fills, readsPerDrain: drains)
      return try EnergyModel(
        name: "fills \(fills)", source: "", unit: "pJ", mac: 0.3, read: 4, write: 4, buffer: buffer)
    }
    request.energyModels.append(.bitsMoved)
    let sweep = try Sweep(request)
    #expect(sweep.recordCount == 2 * 2 * 4 * 3 * 3 && sweep.extraColumns == .buffer)
    for (number, item) in sweep.items.enumerated() {
      var answers = try sweep.answer(for: number).answers[...]
      for model in item.setting.energyModels {
        let setting = Problem.Setting(widths: item.setting.widths, energyModel: model, reuse: item.setting.reuse)
        for capacity in sweep.capacities {
          let problem = try Problem(item.entry.layer, in: setting.at(capacity))
          let optimum = try #require(Optimizer(problem).optimum(capacity: capacity))
          let answer = answers.removeFirst()
          #expect(answer.capacity == capacity && answer.energy == Energies(optimum.energy))
          #expect(
            answer.setting == problem.setting && (answer.energy.model.bufferShare == nil) == (model.buffer == nil))
        }
      }
    }
    // A part of the sweep, read on another machine, is of the same sweep.
    let plan = SweepPlan(sweep, form: .csv)
    #expect(try Sweep(plan, of: "f").settings.map(\.models.count) == sweep.settings.map(\.models.count))
    let again = try Sweep(plan, of: "f")
    for (own, other) in zip(sweep.settings, again.settings) {
      for (model, read) in zip(own.models.joined(), other.models.joined()) {
        #expect(model.perMAC == read.perMAC && model.bufferShare == read.bufferShare && model.ratio == read.ratio)
      }
    }
    request.capacities = [Bits(64)]
    #expect(throws: SweepError.self) { try Sweep(request) }
  }

  /// Every record is what a search of its own finds, whatever curve it was looked up in.
  @Test func recordsAreOptima() throws {
    var request = try Examples.request()
    request.comparesDataflows = true
    let sweep = try Sweep(request)
    request.comparesDataflows = false
    let plainSweep = try Sweep(request)
    request.dataflows = [.outputsInputsWeights, .inputsOutputsWeights]
    let restricted = try Sweep(request)
    #expect(sweep.recordCount == 480 && sweep.units.count == 16)
    // 1:1 twice, 1:0, 1:14 and 0:0.
    #expect(sweep.curveCount == 64)
    for (number, item) in sweep.items.enumerated() {
      let answer = try sweep.answer(for: number)
      #expect(answer.answers.count == sweep.recordCount(of: item))
      let plain = try plainSweep.answer(for: number)
      #expect(plain.answers.map(\.optimalDataflows) == answer.answers.map(\.optimalDataflows))
      #expect(plain.answers.allSatisfy { $0.dataflows == nil })
      // Where not all dataflows were searched, nothing is known of the others.
      let some = try restricted.answer(for: number)
      #expect(some.answers.allSatisfy { $0.optimalDataflows == nil })
      var answers = answer.answers[...]
      for model in item.setting.energyModels {
        let optimizer = try Optimizer(
          Problem(item.entry.layer, widths: item.setting.widths, energyModel: model, reuse: item.setting.reuse))
        for capacity in sweep.capacities {
          let answer = answers.removeFirst()
          let optimum = try #require(optimizer.optimum(capacity: capacity))
          #expect(answer.energy.model == model && answer.capacity == capacity)
          #expect(answer.energy == Energies(optimum.energy) && answer.mapping == .nest(optimum.mapping))
          #expect(answer.occupancy <= capacity)
          let each = try #require(answer.dataflows)
          #expect(each.count == Dataflow.allCases.count && each.values.min() == answer.energy.data)
          for (dataflow, data) in each {
            let own = try #require(optimizer.optimum(capacity: capacity, dataflow: dataflow))
            #expect(own.energy.data == data)
          }
          #expect(answer.optimalDataflows == Dataflow.allCases.filter { each[$0] == answer.energy.data })
        }
      }
    }
  }

  /// Models without widths of their own take 8 bits, others theirs, unless widths are given.
  @Test func widthsComeFromEnergyModels() throws {
    var request = try Examples.request()
    let wide = WordWidths(inputs: .byte, weights: .byte, outputs: .byte, partialSums: try #require(BitWidth(32)))
    request.widths = []
    request.reuse = []
    request.energyModels = [
      .bitsMoved, try EnergyModel(name: "wide", source: "", unit: "pJ", mac: 1, read: 1, write: 1, widths: wide),
      try Examples.model("even", read: 2, write: 2),
    ]
    let sweep = try Sweep(request)
    #expect(sweep.settings.map(\.widths) == [WordWidths(.byte), wide])
    #expect(sweep.settings.map { $0.energyModels.map(\.name) } == [["unit", "even"], ["wide"]])
    #expect(sweep.settings.allSatisfy { $0.reuse == .overlap })
    request.widths = [ChosenWidths(WordWidths(.one))]
    #expect(try Sweep(request).settings.map { $0.energyModels.count } == [3])
  }

  /// Phases are as usual under each rule of reuse, or each choice meets each rule; plans tell them apart.
  @Test func phases() throws {
    var request = try Examples.request()
    request.widths = [ChosenWidths(WordWidths(.byte))]
    request.reuse = [.sliding, .overlap]
    let usual = try Sweep(request)
    #expect(usual.settings.map(\.phases) == [.off, .on] && !usual.namesPhases)
    request.phases = [.off, .on]
    let both = try Sweep(request)
    #expect(both.settings.map(\.phases) == [.off, .on, .off, .on])
    #expect(both.settings.map(\.namedPhases) == [nil, "on", "off", nil] && both.namesPhases)
    request.reuse = [.sliding]
    request.phases = [.on]
    let on = SweepPlan(try Sweep(request), form: .csv)
    request.phases = []
    let off = SweepPlan(try Sweep(request), form: .csv)
    #expect(on.difference(from: off) == "the phases")
  }

  /// Widths that are not chosen are each energy model's own; choices that come to the same with a model count once for it.
  @Test func chosenWidthsLeaveTheRestToEnergyModels() throws {
    func widths(_ counts: [Int]) throws -> WordWidths {
      let each = try counts.map { try #require(BitWidth($0)) }
      return WordWidths(inputs: each[0], weights: each[1], outputs: each[2], partialSums: each[3])
    }
    var request = try Examples.request()
    request.reuse = []
    request.energyModels = [
      .bitsMoved,
      try EnergyModel(
        name: "wide", source: "", unit: "pJ", mac: 1, read: 1, write: 1, widths: try widths([8, 8, 8, 32])),
    ]
    request.widths = [
      ChosenWidths(inputs: BitWidth(4)), ChosenWidths(try widths([8, 8, 8, 8])), ChosenWidths(weights: .byte),
      ChosenWidths(partialSums: BitWidth(32)),
    ]
    let settings = try Sweep(request).settings
    #expect(
      try settings.map(\.widths) == [
        widths([4, 8, 8, 8]), widths([4, 8, 8, 32]), widths([8, 8, 8, 8]), widths([8, 8, 8, 32]),
      ])
    #expect(settings.map { $0.energyModels.map(\.name) } == [["unit"], ["wide"], ["unit", "wide"], ["unit", "wide"]])
  }

  /// Layers and dataflows that are chosen are all that is swept, and decide which sweep a file is.
  @Test func layersAndDataflowsAreChosen() throws {
    var request = try Examples.request()
    let all = try Sweep(request)
    // A name with a comma is no list.
    request.layers = LayerSelection(["fc, \"1\""])
    request.dataflows = [.weightsOutputsInputs, .outputsInputsWeights]
    request.comparesDataflows = true
    let sweep = try Sweep(request)
    #expect(sweep.networks.map { $0.entries.map(\.layer.name) } == [["fc, \"1\""], ["fc, \"1\""]])
    let answer = try sweep.answer(for: 0)
    for answer in answer.answers {
      #expect(answer.dataflow.map(request.dataflows.contains) == true)
      #expect(answer.dataflows.map { Set($0.keys) } == request.dataflows)
    }
    let (plan, before) = (SweepPlan(sweep, form: .csv), SweepPlan(all, form: .csv))
    #expect(
      plan.difference(from: before) == "the networks, the dataflows and the comparison of dataflows")
    request.layers = LayerSelection(["none"])
    #expect(throws: SweepError.self) { try Sweep(request) }
  }

  /// Of a template each record is the best that it has at the capacity or at a smaller one; plans tell templates apart.
  @Test func templates() throws {
    var request = try Examples.shortRequest()
    request.layers = LayerSelection(["fc, \"1\""])
    request.capacities = [Bits(200), Bits(512)]
    request.comparesDataflows = true
    let free = try Sweep(request)
    let line = "k [outputs] c p [inputs] [weights]"
    request.template = try NestText.parseTemplate(line, origin: "t")
    let sweep = try Sweep(request)
    let template = try #require(sweep.template)
    #expect(sweep.units.count == free.units.count && sweep.settings.allSatisfy(sweep.knowsCapacitiesAlone))
    for number in sweep.items.indices {
      let (found, others) = (try sweep.answer(for: number), try free.answer(for: number))
      for (answer, other) in zip(found.answers, others.answers) {
        let search = try TemplateSearch(Problem(answer.entry.layer, in: answer.setting), template)
        let capacity = try #require(answer.capacity)
        let least = request.capacities.filter { $0 <= capacity }.compactMap {
          search.optimum(capacity: $0)?.energy.data
        }.min()
        #expect(answer.energy.data == least && answer.optimalDataflows == nil)
        #expect(answer.dataflows == other.dataflows && answer.dataflows != nil)
        #expect(answer.mapping.singleNest?.dataflow == template.dataflow)
      }
    }
    let plan = SweepPlan(sweep, form: .csv)
    #expect(plan.difference(from: SweepPlan(free, form: .csv)) == "the template")
    #expect(try Sweep(plan, of: "f").template == template)
    var damaged = plan
    damaged.template = "k ["
    #expect(throws: SweepError.self) { try Sweep(damaged, of: "f") }
    #expect(SweepCurve.all(sweep, []).isEmpty)
  }

  @Test func templatesThatHaveNoNest() throws {
    var request = try Examples.shortRequest()
    func refusal(_ line: String, _ change: (inout SweepRequest) -> Void = { _ in }) throws -> String {
      var request = request
      request.template = try NestText.parseTemplate(line, origin: "t")
      change(&request)
      return #expect(throws: SweepError.self) { try Sweep(request) }?.description ?? ""
    }
    request.capacities = [Bits(512)]
    let line = "k [outputs] c p [inputs] [weights]"
    let tooSmall = try refusal(line)
    #expect(tooSmall.contains("no tile sizes of the template fit 64 B; the smallest need "), "\(tooSmall)")
    #expect(try refusal(line) { $0.phases = [.off, .on] }.hasPrefix("--template: the nest has no loops over phases"))
    #expect(
      try refusal(line) { $0.dataflows = [.inputsOutputsWeights] }.hasPrefix(
        "--template: its keeps are in the order os-iw, which dataflow excludes"))
    #expect(try refusal("k:99 [outputs] [inputs] [weights]").hasPrefix("--template: the loop k:99 has a tile of 99"))
    let onChip = try refusal("k:3 c [weights] [outputs] [inputs]") {
      ($0.onChip, $0.capacities) = ([.weights], [Bits(1 << 16)])
    }
    #expect(onChip.contains("which are on the chip whole"), "\(onChip)")
  }

  @Test func repeatedThingsCountOnce() throws {
    var request = try Examples.request()
    let once = try Sweep(request)
    request.networks += request.networks
    request.capacities += [Bits(333)]
    request.energyModels += [.bitsMoved]
    request.widths += request.widths
    request.reuse += [.sliding]
    #expect(try Sweep(request).recordCount == once.recordCount)
  }

  @Test func refusals() throws {
    func message(_ change: (inout SweepRequest) throws -> Void) throws -> String {
      var request = try Examples.request()
      try change(&request)
      do {
        _ = try Sweep(request)
        return "accepted"
      } catch { return error.description }
    }
    #expect(
      try message { $0.networks.append(try Examples.network("one", seed: 1)) }.hasPrefix(
        "two different networks are called 'one' ("))
    #expect(
      try message { $0.networks.append(try Examples.network("one", seed: 1)) }
        .hasSuffix(
          "results could not tell them apart: 'tilebound convert FILE --name NAME' gives one another name"))
    #expect(
      try message { $0.energyModels.append(try Examples.model("even", read: 1, write: 2)) }
        .hasPrefix("two different energy models are called 'even' ("))
    #expect(try message { $0.networks = [] } == "a sweep needs at least one network")
    #expect(try message { $0.capacities = [] } == "a sweep needs at least one capacity")
    #expect(
      try message { $0.capacities = [Bits(23)] } == "conv: no mapping fits 23 bit; the least capacity that would is 3 B"
    )
    #expect(
      try message {
        $0.networks = [
          try Network(
            name: "huge", source: "",
            entries: [
              Network.Entry(layer: try Layer.gemm(name: "g", m: 1 << 17, n: 1 << 17, k: 1 << 17), count: 1)
            ])
        ]
        $0.energyModels = [try Examples.model("dear", read: 1e6, write: 1e6 - 0.5)]
      }.hasPrefix("g: energies by dear could exceed 2^63 quanta and would not be exact"))
  }
}
