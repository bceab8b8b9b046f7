import Answers
import ArgumentParser
import EnergyModel
import Foundation
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import Reports
import Workloads

/// `tilebound curve`: the Pareto curve of a layer or a network over all capacities.
struct Curve: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "curve",
    abstract: "Give the least energy for every size of the Buffer at once: the Pareto curve.",
    discussion: """
      A point for every capacity at which the least energy falls (the "ski slope"), each with its mapping. Exact is said \
      of the mappings that optimize searches, under --reuse sliding or none all of their space. A network's curve is the sum of its layers' at every common capacity. The \
      knee is the least capacity within some percent of the energy that no larger Buffer saves any more.
      Where the energy model has what accesses of the Buffer cost, which rises with its capacity, each curve is given with the \
      capacity of least energy, MACs and Buffer included, of all that the model tells of.
      Of a layer's curve with more than \(mostListed) points, as many have under reuse overlap, those listed in every form are \
      the first in each 32nd of an octave and the last; --capacity lists the optima at others. Under overlap, the default, the curve of a layer \
      whose input boxes overlap has the best of lists of nests at sixteen capacities an octave, powers of two among them. It is not \
      exact: optimize, gap and --capacity go on from there at each size that they are asked for, and may find less.

      With --template the best nests of its form are given at the sizes that --capacity lists.
      With --accelerator energies and word widths are its own, and the energy at its own capacity is told beside the others.

      Examples:
        tilebound curve --network alexnet --layer conv2
        tilebound curve --network resnet50 --within 10%
        tilebound curve --gemm 512x512x512 --output gemm.csv
        tilebound curve --network resnet50 --total --format csv
        tilebound curve --network vgg16 --capacity 1KiB...1MiB --format json
        tilebound curve --network resnet50 --capacity 1KiB...1MiB --quiet \\
          --plot resnet50.svg
        tilebound curve alexnet --layer conv1,conv2 --plot layers.png --plot-in words
        tilebound curve alexnet --capacity inputs=16KiB,weights=32KiB,outputs=8KiB \\
          --scale 1/4...4 --layer 'conv*' --quiet
        tilebound curve vgg16 --layer conv3_1 --capacity 16KiB...256KiB \\
          --template 'k [weights] p q [inputs] c [outputs]'
        tilebound curve resnet50 --total --energy cacti-45nm-int8 --plot-in total \\
          --plot least.svg
      """)

  @OptionGroup var layers: LayerOptions

  @Option(
    help: ArgumentHelp(
      "Only the optima at these sizes of the Buffer, as in 1KiB...4MiB or 64KiB,66.5KiB; or at one in parts, as "
        + "inputs=16KiB,weights=32KiB,outputs=8KiB; \(CapacityOptions.units).",
      valueName: "sizes"))
  var capacity: String?

  @Option(
    help: ArgumentHelp(
      "The optima of a Buffer in parts with all of them so many times as large: factors by commas, as in 1/2,1,2, or doubled "
        + "from the first as 1/4...8.", valueName: "factors"))
  var scale: String?

  @Option(
    help: ArgumentHelp(
      "How far above the least energy the knee may lie, with the percent sign, as in 10%. (default: 5%)",
      valueName: "percent"))
  var within: String?

  @OptionGroup var machine: AcceleratorOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var reuse: ReuseOptions
  @OptionGroup var layout: LayoutOptions
  @OptionGroup var chosen: DataflowOptions
  @OptionGroup var templates: TemplateOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Only the network's curve, without those of its layers.")
  var total = false

  @Option(
    help: ArgumentHelp(
      "Draw the curve, its lower bound and each dataflow's own to this file, .svg, .png or .pdf; --capacity sets the range. "
        + "Several layers chosen by --layer are drawn together.", valueName: "file"), completion: .file())
  var plot: String?

  @Option(
    help: ArgumentHelp(
      "Draw the energy of moving data, total, that with MACs and the Buffer, or words where all words are alike. (default: "
        + "energy)", valueName: "quantity"))
  var plotIn: CurvePicture.Axis?

  @Flag(help: "In a table, print what is to be said of each curve as a whole, without its points.")
  var quiet = false

  @Option(
    help: ArgumentHelp(
      "Split layers in up to so many pieces, as optimize does, at the sizes that --capacity lists: the best found there and "
        + "below, which others may beat, beside that of one nest.",
      valueName: "N|auto"),
    transform: Pieces.init(option:))
  var pieces: Pieces = .one

  /// A layer's curve with what is wanted besides.
  private struct LayerCurve: Sendable {
    let curve: ParetoCurve
    /// An answer for each point, or for the optimum at each capacity asked for.
    let points: [Answer]
    /// Each dataflow's own, where they are drawn.
    let dataflows: [StepCurve]
  }

  func run() throws {
    let format = try output.format()
    let accelerator = try machine.named(besides: model.ofAccelerator + layout.ofAccelerator)
    let (capacities, parted) = try capacities(accelerator)
    let part = try PercentText.parse(within ?? "5%", origin: "--within")
    let setting = try model.setting(
      reuse.policy, reuse.phases, try chosen.dataflows(), layout: try layout.layout(parted, of: accelerator),
      of: accelerator)
    try checkPrices(setting, capacities)
    // What the Buffer costs at a capacity changes no optimum: energies are given once these are known.
    let searched = setting.withoutBuffer
    let range = setting.energyModel.buffer?.capacities
    let threads = try threads.count()
    let (network, entries) = try layers.entries(example: "tilebound curve --network resnet50")
    try checkOptions(format)
    let template = try templates.template(setting.dataflows, phases: reuse.phases, pieces: pieces)
    if template != nil { try checkTemplate(capacities) }
    try template?.refuseLoopsBeyondRange(on: entries.map(\.layer))
    let picture = try plot.map { file in
      try CurvePicture(file, in: plotIn ?? .energy, setting, capacities: capacities, kneeWithin: part)
    }

    try CommandFailure.refuse(
      capacities ?? range.map { [$0.upperBound] } ?? [], inWhichNothingFitsOf: entries, in: searched)

    if pieces.most > 1 {
      return try curveInPieces(network, entries, at: capacities, in: setting, accelerator, as: format, threads, picture)
    }

    // A single layer's blocks are scored side by side instead.
    let options = SearchOptions(threads: entries.count == 1 ? threads : 1)
    // What is said of a curve as a whole is not known of a template's.
    let listsEach = entries.count == 1 || template != nil && !layers.isNetwork
    let wantsPoints = !total && !(format == .table && (quiet || !listsEach))
    // Of several layers chosen one by one, there would be too many lines.
    let plotsDataflows = picture != nil && (layers.isNetwork || entries.count == 1)
    let found = try LayerProgress.map(entries, threads: threads) { entry in
      let problem = try Problem(entry.layer, in: searched)
      let optimizer = Optimizer(problem)
      let curve =
        try template?.curve(for: problem, at: capacities ?? [])
        ?? optimizer.curve(including: capacities ?? [], options: options)
      let comparesAll = wantsPoints && problem.dataflows.count == Dataflow.allCases.count && template == nil
      let each = comparesAll || plotsDataflows ? DataflowCurves(optimizer, options: options) : nil
      return LayerCurve(
        curve: curve,
        points: try wantsPoints ? pointAnswers(curve, each, entry, network, capacities, setting, template) : [],
        dataflows: plotsDataflows ? each?.steps ?? [] : [])
    }
    let curves = zip(entries, found).map { (entry: $0, curve: $1.curve.steps) }
    let whole = try NetworkCurve(curves, in: searched)
    let summaries = CurveSummary.all(
      network: network, curves, whole, isNetwork: layers.isNetwork, setting, within: part == 0 ? [0] : [part, 0])
    let shownSummaries = total ? summaries.suffix(1) : summaries
    let energies = TotalCurve(
      whole.sum, by: searched.energyModel, of: entries.map { ($0.layer, $0.count) }, in: setting)
    // A single layer's own curve has hundred thousands of points, which are shown as its points if at all.
    let totals =
      layers.isNetwork || capacities != nil
      ? try totals(energies, whole.count, entries, network, capacities) : []
    let written = OutputTransaction()
    try picture?.draw(
      network: network, isNetwork: layers.isNetwork,
      wholes: entries.compactMap(\.partOf).filter(layers.names.selection.includes),
      // Between the capacities that were searched another dataflow's own may be lower.
      entries, found.map { (StepCurve(leastOf: [$0.curve.steps] + $0.dataflows), $0.dataflows) },
      isComplete: found.allSatisfy(\.curve.statistics.isComplete))
    let points = found.flatMap(\.points)
    switch format {
    case .json:
      try output.emit(
        ResultFile.json(
          points, totals: layers.isNetwork ? totals : nil, curves: template == nil ? shownSummaries : nil,
          command: Invocation.text(), producer: Invocation.producer))
    case .csv: try output.emit(total ? ResultFile.csv(totals) : ResultFile.csv(points))
    case .table:
      let heading =
        model.heading(network ?? entries[0].layer.name, setting, accelerator) + TemplateOptions.heading(template)
      var lines = output.fitted([heading])
      if template == nil {
        lines += [""] + CurveReport.summary(shownSummaries, unit: setting.energyModel.unit, form: output.form)
      }
      if !quiet {
        if layers.isNetwork, total || entries.count > 1 {
          let rows = CurveReport.total(
            capacities == nil ? atOctaves(energies, totals) : totals, last: totals.last,
            leastEnergy: shownSummaries.last?.leastEnergy, isSampled: capacities == nil, form: output.form)
          if !rows.isEmpty { lines += [""] + rows }
        } else {
          for (entry, layer) in zip(entries, found) where !layer.points.isEmpty {
            lines += entries.count > 1 ? ["", "\(entry.layer.name):"] : [""]
            lines += CurveReport.points(layer.points, form: output.form)
          }
        }
        if capacities == nil, let steps = found.first?.curve.steps, !points.isEmpty {
          let curve = range.map(steps.within) ?? steps
          if points.count < curve.points.count {
            lines += output.fitted([
              "", "listed are \(points.count) of \(curve.points.count) points; --capacity gives others",
            ])
          }
        }
      }
      if found.contains(where: { !$0.curve.statistics.isComplete }) {
        let closer = capacities == nil ? ", and its knees at less; --capacity looks closer" : ""
        lines += output.fitted(["", SearchStatistics.note(onIncomplete: "a curve") + closer])
      }
      if let accelerator, layers.isNetwork || entries.count == 1 {
        lines += output.fitted(CurveReport.ownBuffer(of: accelerator, energies))
      }
      lines += output.fitted(CurveReport.notes(entries, shownSummaries))
      try output.emit(lines.joined(separator: "\n") + "\n")
    }
    try written.commit()
  }

  /// The capacities at which alone the optima are wanted, and the parts of a Buffer that is given by these: as it is, or with
  /// all parts as many times as large as `--scale` says.
  private func capacities(_ accelerator: Accelerator?) throws -> (capacities: [Bits]?, layout: BufferLayout) {
    let given = try capacity.flatMap { LayoutText.hasParts($0) ? try CapacityOptions.buffer($0) : nil }
    if given != nil, let accelerator {
      throw CommandFailure(
        code: .usage,
        message: "--capacity in parts does not go with --accelerator '\(accelerator.name)', which has its own; "
          + "--scale makes those larger or smaller")
    }
    let parted = accelerator?.layout ?? given?.layout ?? .shared
    guard let scale else {
      return (try given.map { [$0.capacity] } ?? capacity.map { try CapacityOptions.list($0) }, parted)
    }
    guard let whole = parted.capacity else {
      throw CommandFailure(
        code: .usage,
        message: "--scale goes with a Buffer in parts, as --capacity inputs=16KiB,weights=32KiB,outputs=8KiB")
    }
    return (try ScaleText.parse(scale, of: whole, origin: "--scale"), parted)
  }

  /// Refuses prices that no one curve has the optima of, and capacities at which they are not known.
  private func checkPrices(_ setting: Problem.Setting, _ capacities: [Bits]?) throws {
    for capacity in capacities ?? [] { _ = try setting.at(capacity) }
    if setting.energyModel.keepsRatio { return }
    throw CommandFailure(
      code: .usage,
      message:
        "\(setting.energyModel.name): what filling and draining the Buffer cost changes the ratio of read to write "
        + "energy with the capacity, so that no one curve has the optima of all; optimize, gap and sweep take it")
  }

  /// Refuses what goes with curves that have all capacities, which a template's does not.
  private func checkTemplate(_ capacities: [Bits]?) throws {
    if capacities == nil {
      throw CommandFailure(
        code: .usage, message: "--template takes the sizes at which nests are sought, as in --capacity 1KiB...1MiB")
    }
    for (option, given) in [("--within", within), ("--plot", plot)] where given != nil {
      throw CommandFailure(
        code: .usage,
        message: "\(option) takes a curve of all capacities; with --template it has those of --capacity alone")
    }
  }

  /// Refuses options that do not go together.
  private func checkOptions(_ format: OutputOptions.Format) throws {
    try output.checkFiles(besides: [("--plot", plot)])
    try refuse("--plot-in", plotIn, without: "--plot", plot)
    if within != nil, format == .csv, plot == nil {
      throw CommandFailure(
        code: .usage, message: "--within sets the knee, which CSV does not have; a table, JSON and --plot have it")
    }
    if total, !layers.isNetwork {
      throw CommandFailure(code: .usage, message: "--total is the curve of a whole network; give --network alone")
    }
  }

  /// The points of the network's curve, or its values at the capacities asked for.
  private func totals(
    _ curve: TotalCurve, _ count: Int, _ entries: [Network.Entry], _ network: String?, _ capacities: [Bits]?
  ) throws -> [CurveTotal] {
    try (capacities ?? curve.steps.points.map(\.capacity)).map { capacity in
      guard let energies = curve.energies(at: capacity) else {
        let problems = try entries.map { try Problem($0.layer, in: curve.setting.withoutBuffer) }
        throw problems.max { $0.leastCapacity < $1.leastCapacity }.map { CommandFailure.nothingFits($0, capacity) }
          ?? CommandFailure(code: .impossible, message: "the network has no layers")
      }
      return CurveTotal(
        network: network ?? entries[0].layer.name, layers: count, capacity: capacity, energies)
    }
  }

  /// An answer for each point of a curve, or for the optimum at each of some capacities.
  private func pointAnswers(
    _ curve: ParetoCurve, _ each: DataflowCurves?, _ entry: Network.Entry, _ network: String?, _ capacities: [Bits]?,
    _ setting: Problem.Setting, _ template: NestTemplate?
  ) throws -> [Answer] {
    let bounds = LowerBounds(curve.problem)
    let range = setting.energyModel.buffer?.capacities
    let listed = capacities ?? Self.listed(range.map(curve.steps.within) ?? curve.steps)
    return try listed.map { capacity in
      let optimum = curve.optimum(at: try index(of: curve.steps, capacity, curve.problem))
      return Answer(
        network: network, entry: entry, try Problem(entry.layer, in: setting.at(capacity)), capacity: capacity, optimum,
        bounds: bounds, attainedBy: each?.dataflows(attaining: optimum, capacity: capacity), of: template)
    }
  }

  /// Curves with more points than this are listed in part.
  private static let mostListed = 4096

  /// Where the points to list are: all or, of very many, the first in each 32nd of an octave and the last.
  private static func listed(_ curve: StepCurve) -> [Bits] {
    let capacities = curve.points.map(\.capacity)
    if capacities.count <= mostListed { return capacities }
    func part(_ index: Int) -> (octave: Int, of: Int) {
      let capacity = capacities[index].count
      let octave = capacity.bitWidth - capacity.leadingZeroBitCount
      return (octave, capacity >> max(0, octave - 6))
    }
    return capacities.indices.filter { $0 == 0 || $0 == capacities.count - 1 || part($0) != part($0 - 1) }
      .map { capacities[$0] }
  }

  private func index(of curve: StepCurve, _ capacity: Bits, _ problem: Problem) throws -> Int {
    guard let index = curve.index(capacity: capacity) else {
      throw CommandFailure.nothingFits(problem, capacity)
    }
    return index
  }

  /// The values at powers of two, from the first that fits to the first beyond which nothing is saved, or to the last for
  /// which the energy model tells what the Buffer costs.
  private func atOctaves(_ curve: TotalCurve, _ totals: [CurveTotal]) -> [CurveTotal] {
    guard let first = totals.first, let last = totals.last else { return [] }
    var capacity = 8
    var sampled: [CurveTotal] = []
    while curve.capacities.map({ capacity <= $0.upperBound.count })
      ?? (sampled.last.map { $0.capacityBits < last.capacityBits } ?? true)
    {
      if let energies = curve.energies(at: Bits(capacity)) {
        sampled.append(
          CurveTotal(network: first.network, layers: first.layers, capacity: Bits(capacity), energies))
      }
      capacity *= 2
    }
    return sampled
  }
}
