public import Answers
public import Interchange
public import Workloads

/// Records on their way to a page: all that are wanted, while they are few enough to be shown, and then a digest of them.
public struct ReportIntake {
  /// Which records are wanted.
  public struct Filter: Sendable {
    /// The network, whatever the case and hyphens of its name; nil for any.
    public var network: String?
    /// The layers.
    public var layers: LayerSelection
    /// The capacities; nil for any.
    public var capacities: Set<Bits>?

    /// Which records are wanted.
    public init(network: String? = nil, layers: LayerSelection = LayerSelection([]), capacities: Set<Bits>? = nil) {
      (self.network, self.layers, self.capacities) = (network, layers, capacities)
    }

    /// Whether a record is of what is wanted, by names that are written like these.
    func includes(_ record: Answer) -> Bool {
      if let network, record.network.map({ NearestName.match(network, among: [$0]) == nil }) ?? true { return false }
      if !layers.isAll, !layers.includes(record.name), !(record.partOf.map(layers.includes) ?? false) { return false }
      return capacities.map { capacities in record.capacity.map(capacities.contains) ?? false } ?? true
    }
  }

  private let filter: Filter
  private let mostShown: Int
  private var documents: [ResultDocument] = []
  private var file = ""
  private var kept: [Answer] = []
  private var keptBefore = 0
  private var omitted = 0
  private(set) var digest: ReportDigest?
  /// Whether those kept are the wanted ones alone.
  private var isFiltered = false
  private var seenNetworks: Set<String> = []
  private var seenLayers: Set<String> = []
  /// The networks of all records, in the order in which they occur.
  public private(set) var networks: [String] = []
  /// The layers of all records, and those that they are parts of, likewise.
  public private(set) var layers: [String] = []

  /// - Parameters:
  ///   - filter: which records are wanted.
  ///   - mostShown: of more than so many there is a digest.
  public init(_ filter: Filter, mostShown: Int = ReportDigest.mostShown) {
    (self.filter, self.mostShown) = (filter, mostShown)
  }

  /// What became of the records.
  public enum Outcome {
    /// All that are wanted, or all that there are, where these are few enough.
    case documents([ResultDocument])
    /// What those that are wanted come to.
    case digest(ReportDigest)
  }

  /// Begins with a file.
  public mutating func begin(_ file: String) {
    self.file = file
    digest?.begin(file)
  }

  /// Takes records of the file.
  public mutating func add(_ records: [Answer]) {
    for record in records {
      if let network = record.network, seenNetworks.insert(network).inserted { networks.append(network) }
      for name in [record.name] + (record.partOf.map { [$0] } ?? []) where seenLayers.insert(name).inserted {
        layers.append(name)
      }
      if isFiltered, !filter.includes(record) {
        omitted += 1
      } else if digest != nil {
        digest?.add(record)
      } else {
        kept.append(record)
        if keptBefore + kept.count > mostShown { reduce() }
      }
    }
  }

  /// Ends the file.
  ///
  /// - Parameter command: the command line that made it, where it is known.
  public mutating func end(command: String?) {
    digest?.end(command: command, omitted: omitted)
    if digest == nil {
      documents.append(ResultDocument(file: file, command: command, answers: kept, omittedRecords: omitted))
      keptBefore += kept.count
      kept = []
    }
    omitted = 0
  }

  /// Leaves out what is not wanted, and makes a digest of the rest where it is too much.
  private mutating func reduce() {
    if !isFiltered {
      isFiltered = true
      for index in documents.indices { documents[index].select(filter.includes) }
      let before = kept.count
      kept = kept.filter(filter.includes)
      omitted += before - kept.count
      keptBefore = documents.reduce(0) { $0 + $1.answers.count }
    }
    if keptBefore + kept.count <= mostShown { return }
    var digest = ReportDigest()
    for document in documents {
      digest.begin(document.file)
      for record in document.answers { digest.add(record) }
      digest.end(command: document.command, omitted: document.omittedRecords)
    }
    digest.begin(file)
    for record in kept { digest.add(record) }
    (documents, kept) = ([], [])
    self.digest = digest
  }

  /// What became of all files' records.
  public var outcome: Outcome { digest.map(Outcome.digest) ?? .documents(documents) }
}
