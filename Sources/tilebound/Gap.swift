import Answers
import ArgumentParser
import EnergyModel
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import Reports
import Workloads

/// `tilebound gap`: the optimum beside the lower bound and what each dataflow gives away.
struct Gap: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gap",
    abstract: "Hold the optimum against the best lower bound for every schedule, per layer and in total.",
    discussion: """
      The gap is the optimum's energy over the bound's, less 1; no schedule need attain the bound. Each dataflow's own \
      best is given too, and what the two reference dataflows of the energy complexity model move where they fit: \
      output-maps streams all inputs past the weights of one output map after another, input-maps adds one input map \
      after another to spilled partial sums. With --template it is the best nest of its form that is held against the \
      bound and the dataflows.

      Examples:
        tilebound gap --network resnet50 --capacity 128KiB
        tilebound gap vgg16 --layer 'conv3_*' --dataflow ws --capacity 1KiB...4MiB \\
          --quiet
        tilebound gap --gemm 512x512x512 --capacity 64KiB,128KiB --format json
      """)

  @OptionGroup var layers: LayerOptions
  @OptionGroup var capacities: CapacityOptions
  @OptionGroup var machine: AcceleratorOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var reuse: ReuseOptions
  @OptionGroup var layout: LayoutOptions
  @OptionGroup var chosen: DataflowOptions
  @OptionGroup var templates: TemplateOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Leave the layers out of a table: totals and the summary alone.")
  var quiet = false

  func run() throws {
    let format = try output.format()
    let accelerator = try machine.named(
      besides: [("--capacity", capacities.capacity)] + model.ofAccelerator + layout.ofAccelerator)
    let (capacities, parted) =
      try accelerator.map { ([$0.capacity], .shared) }
      ?? capacities.list(for: layers, example: "tilebound gap --network resnet50 --capacity 128KiB")
    let setting = try model.setting(
      reuse.policy, reuse.phases, try chosen.dataflows(), layout: try layout.layout(parted, of: accelerator),
      of: accelerator)
    let template = try templates.template(setting.dataflows, phases: reuse.phases)
    let (network, entries) = try layers.entries(example: "tilebound gap --network resnet50 --capacity 128KiB")
    try template?.refuseLoopsBeyondRange(on: entries.map(\.layer))
    try output.checkFiles()
    let settings = try capacities.map { try setting.at($0) }
    for (capacity, setting) in zip(capacities, settings) {
      try CommandFailure.refuse([capacity], inWhichNothingFitsOf: entries, in: setting)
    }
    // What is said of curves is said of them as they are without the Buffer's energy, which a search at a capacity is not; of a Buffer in
    // parts they are known at some capacities alone, as of a template.
    let curvesAreKnown = setting.energyModel.buffer == nil && setting.layout.parts.isEmpty && template == nil
    // Prices of one ratio have the same optima.
    let ratios = settings.map(\.energyModel.ratio)

    let byLayer = try LayerProgress.map(entries, threads: try threads.count()) { entry in
      var searches: [PriceRatio: (optimizer: Optimizer, bounds: LowerBounds, curves: DataflowCurves)] = [:]
      for (ratio, setting) in zip(ratios, settings) where searches[ratio] == nil {
        let problem = try Problem(entry.layer, in: setting)
        let optimizer = Optimizer(problem)
        let own = zip(ratios, capacities).filter { $0.0 == ratio }.map(\.1)
        searches[ratio] = (optimizer, LowerBounds(problem), DataflowCurves(optimizer, at: own))
      }
      let answers = try zip(capacities, settings).compactMap { capacity, setting -> Answer? in
        let problem = try Problem(entry.layer, in: setting)
        guard let search = searches[setting.energyModel.ratio] else { return nil }
        let found = try template?.optimum(for: problem, capacity, nil) ?? search.optimizer.optimum(capacity: capacity)
        guard let optimum = found else {
          throw CommandFailure.nothingFits(problem, capacity)
        }
        var answer = Answer(
          network: network, entry: entry, problem, on: accelerator?.identity, capacity: capacity, optimum,
          bounds: search.bounds,
          attainedBy: template == nil ? search.curves.dataflows(attaining: optimum, capacity: capacity) : nil,
          of: template)
        answer.compare(search.curves, of: problem, capacity: capacity)
        return answer
      }
      // Of curves everything is said where one has the optima of all capacities.
      return (answers: answers, curve: format == .json && curvesAreKnown ? searches.values.first?.curves.all : nil)
    }
    let byCapacity = capacities.indices.map { index in byLayer.map { $0.answers[index] } }
    let answers = byCapacity.flatMap { $0 }
    switch format {
    case .json:
      let curves = zip(entries, byLayer).compactMap { entry, layer in layer.curve.map { (entry: entry, curve: $0) } }
      let whole = curvesAreKnown ? try? NetworkCurve(curves, in: setting) : nil
      let summaries = whole.map { whole in
        CurveSummary.all(network: network, curves, whole, isNetwork: layers.isNetwork, setting, within: [0.05, 0])
      }
      try output.emit(
        ResultFile.json(
          answers, totals: byCapacity.compactMap(NetworkAnswer.init), wholes: WholeAnswer.all(of: answers),
          curves: summaries, command: Invocation.text(), producer: Invocation.producer))
    case .csv: try output.emit(ResultFile.csv(answers))
    case .table:
      let heading =
        model.heading(network ?? entries[0].layer.name, setting, accelerator) + TemplateOptions.heading(template)
      let lines =
        output.fitted([heading, ""]) + GapReport.lines(byCapacity, showsLayers: !quiet, form: output.form)
      try output.emit(lines.joined(separator: "\n") + "\n")
    }
  }
}
