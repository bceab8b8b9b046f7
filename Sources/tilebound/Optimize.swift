import Answers
import ArgumentParser
import EnergyModel
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import Reports
import Workloads

/// `tilebound optimize`: the mapping of least energy of a layer, or of every layer of a network.
struct Optimize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "optimize",
    abstract: "Find the energy-optimal mapping of a layer, or of every layer of a network, at one capacity.",
    discussion: """
      What is found is the best of a stated space of loop nests: all tile sizes, not only divisors, all six dataflows, loops \
      that turn round. Where input boxes overlap not all of that space is searched, and every form of the answer says so; \
      under --reuse sliding or none the search is exact over its space of forward loops. With an accelerator that gives its rates the time of \
      each layer is told, and what every schedule takes at least; what is searched for is the least energy, not the least time. Nests outside may cost less; Documentation/Exactness.md says \
      which are known. The bound holds for every schedule; perhaps none attains it, but a mapping that does is the best.

      Examples:
        tilebound optimize --network alexnet --capacity 64KiB
        tilebound optimize resnet50 --layer 'layer3.*' --capacity 128KiB \\
          --bits partial-sums=24
        tilebound optimize mobilenet-v2 --accelerator ethos-u65-512 --quiet
        tilebound optimize --gemm 512x512x512 --capacity 64KiB --dataflow os \\
          --format json
        tilebound optimize --network my-network.yaml --capacity 1MiB \\
          --energy horowitz-45nm-int8 --output result.csv
        tilebound optimize alexnet --layer conv3 --capacity 64KiB --reuse sliding \\
          --timeloop conv3.timeloop.yaml
        tilebound optimize --network my-network.yaml --capacity 4KiB --time-limit 10s
        tilebound optimize --gemm 512x512x512 --capacity 64KiB --pieces 4
        tilebound optimize alexnet --layer conv3 --capacity 64KiB \\
          --template 'k [weights] p q [inputs] c [outputs]'
      """)

  @OptionGroup var layers: LayerOptions

  @Option(
    help: ArgumentHelp(
      "The Buffer's size, as in 64KiB, or its parts, as inputs=16KiB,weights=32KiB,outputs=8KiB or "
        + "inputs+outputs=128KiB,weights=512KiB; \(CapacityOptions.units).", valueName: "size"))
  var capacity: String?

  @OptionGroup var machine: AcceleratorOptions
  @OptionGroup var model: ModelOptions
  @OptionGroup var reuse: ReuseOptions
  @OptionGroup var layout: LayoutOptions

  @OptionGroup var chosen: DataflowOptions
  @OptionGroup var templates: TemplateOptions
  @OptionGroup var output: OutputOptions

  @Option(
    help: ArgumentHelp("Write the mapping of a single layer to this file, for evaluate.", valueName: "file"),
    completion: .file())
  var mapping: String?

  @Option(
    help: ArgumentHelp(
      "Draw the layers under the roofline of the accelerator to this file, .svg, .png or .pdf.", valueName: "file"),
    completion: .file())
  var plot: String?

  @OptionGroup var timeloop: TimeloopOptions

  @Option(
    help: ArgumentHelp(
      "Split each layer in up to so many pieces that run one after the other, each with a nest of its own; auto: as long as "
        + "a piece saves 0.1 %, up to \(Pieces.mostByThemselves).",
      valueName: "N|auto"),
    transform: Pieces.init(option:))
  var pieces: Pieces = .one

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var timeLimit: TimeLimitOptions

  @Flag(help: "Leave the times of the searches out, so that equal results are equal bytes.")
  var noTiming = false

  @Flag(help: "In a table, leave each layer's nest out.")
  var quiet = false

  func run() throws {
    let format = try output.format()
    let example = "tilebound optimize --network alexnet --layer conv2 --capacity 64KiB"
    let accelerator = try machine.named(
      besides: [("--capacity", self.capacity)] + model.ofAccelerator + layout.ofAccelerator)
    let given = try self.capacity.map { try CapacityOptions.buffer($0) }
    guard let capacity = accelerator?.capacity ?? given?.capacity else {
      throw CommandFailure.missingCapacity(of: layers, example: example)
    }
    let layout = try self.layout.layout(given?.layout ?? .shared, of: accelerator)
    let setting = try model.setting(
      reuse.policy, reuse.phases, try chosen.dataflows(), layout: layout, of: accelerator
    ).at(capacity)
    try timeloop.refuse(layout)
    let threads = try threads.count()
    let timeLimit = try timeLimit.duration()
    let template = try templates.template(setting.dataflows, phases: reuse.phases, pieces: pieces)
    let (network, entries) = try layers.entries(example: example)
    try template?.refuseLoopsBeyondRange(on: entries.map(\.layer))

    let plots = try plot.map { try Plots(to: $0, origin: "--plot") }
    if plot != nil, accelerator?.identity.throughput == nil {
      throw CommandFailure(
        code: .usage, message: "--plot draws a roofline, which needs an --accelerator with rates; curve draws others")
    }
    try output.checkFiles(besides: [("--plot", plot), ("--mapping", mapping), ("--timeloop", timeloop.timeloop)])
    for (option, file) in [("--mapping", mapping), ("--timeloop", timeloop.timeloop)]
    where file != nil && entries.count != 1 {
      throw CommandFailure(
        code: .usage, message: "\(option) takes the mapping of a single layer; choose it by --layer")
    }
    try CommandFailure.refuse([capacity], inWhichNothingFitsOf: entries, in: setting)

    if pieces.most > 1 {
      return try optimizePieces(
        network, entries, in: setting, accelerator, capacity, as: format, threads: threads, timeLimit: timeLimit)
    }

    // A single layer's blocks are scored side by side instead.
    let options = SearchOptions(threads: entries.count == 1 ? threads : 1)
    let found = try LayerProgress.map(entries, threads: threads) { entry in
      let start = ContinuousClock.now
      let problem = try Problem(entry.layer, in: setting)
      let limit = timeLimit.map(TimeLimit.init)
      let optimizer = Optimizer(problem, limit: limit)
      let optimum =
        try template?.optimum(for: problem, capacity, limit) ?? optimizer.optimum(capacity: capacity, options: options)
      guard let optimum else { throw CommandFailure.nothingFits(problem, capacity) }
      let seconds = start.duration(to: .now).seconds
      let answer = Answer(
        network: network, entry: entry, problem, on: accelerator?.identity, capacity: capacity, optimum,
        bounds: LowerBounds(problem),
        // Not a part of the search: its time is that of finding the optimum. Of a template's nests alone nothing is known.
        attainedBy: template == nil
          ? optimizer.dataflows(attaining: optimum, capacity: capacity, options: options) : nil,
        of: template, seconds: noTiming ? nil : seconds)
      return (answer: answer, isEnded: limit?.endedSearch ?? false)
    }
    let answers = found.map(\.answer)
    TimeLimitOptions.tell(found.filter(\.isEnded).map(\.answer.name))
    let written = OutputTransaction()
    if let plot, let plots, let accelerator {
      let figure = RooflineFigure.figure(
        name: "roofline",
        title: "\(network ?? entries[0].layer.name): roofline of \(accelerator.name)", subtitle: setting.text,
        answers: answers)
      guard let figure else {
        throw CommandFailure(code: .failed, message: "--plot: no layer moves anything")
      }
      try plots.write(figure, to: plot)
    }
    switch format {
    case .json:
      try output.emit(
        ResultFile.json(
          answers, wholes: WholeAnswer.all(of: answers), command: Invocation.text(), producer: Invocation.producer))
    case .csv: try output.emit(ResultFile.csv(answers))
    case .table:
      let heading =
        model.heading("\(network ?? entries[0].layer.name) at \(CapacityText.text(capacity))", setting, accelerator)
        + TemplateOptions.heading(template)
      let report = MappingReport(answers, form: output.form)
      let lines = output.fitted([heading, ""]) + (quiet ? [] : report.details) + report.table
      try output.emit(lines.joined(separator: "\n") + "\n")
    }
    if let mapping, let answer = answers.first {
      try OutputOptions.write(
        MappingFile.text(answer.mapping, layer: network == nil ? nil : answer.name), to: mapping)
    }
    let refusal = try answers.first.flatMap { try timeloop.write($0, capacity: capacity, isSearched: true) }
    try written.commit()
    if let refusal { throw refusal }
  }
}
