import Workloads

/// Timeloop's problem files: one layer each.
///
/// All forms are read: sizes under `problem` itself (v0.1) or under `instance` (v0.2 to v0.4), the shape written out,
/// named, or left out, keys with hyphens or underscores. What the layer is follows from the projections and not from
/// names, see ``TimeloopStructure``. Facts about the format are from Timeloop's `src/workload/workload.cpp` and
/// `src/workload/shape-models/problem-shape.cpp`.
enum TimeloopProblem {
  /// Sizes of the input and padding that v0.4 files note beside the dimensions. Timeloop itself does not read them.
  private static let notes = ["H", "W", "Hpad", "Wpad", "Hpadding", "Wpadding"]

  /// What published problems say besides of where they come from and of what their tensors hold.
  private static let descriptions = ["dnn_name", "notes", "histograms"]

  /// The versions of the format that are read.
  private static let versions = ["0.1", "0.2", "0.3", "0.4"]

  /// The layer under the key `problem` of a file, under the file's name.
  ///
  /// - Parameters:
  ///   - root: the root of the file.
  ///   - name: what to call the layer.
  ///   - values: values of variables that stand for sizes, by name.
  /// - Returns: a network of the one layer.
  /// - Throws: ``FormatError``.
  static func read(
    _ root: YAMLNode, name: String, values: [String: Int] = [:]
  ) throws(FormatError) -> ImportedNetwork {
    let reading = try reading(root, TimeloopVariables(in: [root], values: values))
    let layer = try reading.structure.layer(named: name, at: reading.instance)
    return ImportedNetwork(
      network: try WorkloadFile.network(
        name, source: "\(root.origin.split(separator: "/").last ?? ""), a Timeloop problem",
        [Network.Entry(layer: layer, count: 1)], origin: root.origin),
      remarks: reading.remarks, symbolicDimensions: reading.variables)
  }

  /// A problem, taken apart.
  struct Reading {
    let shape: TimeloopShape
    /// The size of every dimension.
    let sizes: [String: Int]
    let structure: TimeloopStructure
    let instance: YAMLNode
    let remarks: [String]
    /// The variables that stand for sizes and can be given.
    let variables: [String]
  }

  static func reading(_ root: YAMLNode, _ known: TimeloopVariables) throws(FormatError) -> Reading {
    var variables = known
    guard let problem = root.value("problem") else { throw root.error("the key 'problem' is missing") }
    try checkVersion(of: problem)
    let shape = try TimeloopShape(of: problem, problem.value("shape"))
    let notes = notes.filter { !shape.dimensions.contains($0) }
    let sizeKeys = shape.dimensions + shape.coefficients.keys.sorted() + notes + ["densities", "commonDensity"]
    let problemKeys = ["version", "name", "shape", "instance"] + descriptions
    let instance: YAMLNode
    let fields: [String: YAMLNode]
    if let separate = problem.value("instance") {
      _ = try problem.fieldsWithUnderscores(problemKeys)
      (instance, fields) = (separate, try separate.fieldsWithUnderscores(sizeKeys))
    } else {
      (instance, fields) = (problem, try problem.fieldsWithUnderscores(problemKeys + sizeKeys))
    }
    if let density = fields["commonDensity"] { try checkDense(density) }
    if let densities = fields["densities"] {
      for (_, density) in try densities.fields(shape.dataSpaces.map(\.name)) { try checkDense(density) }
    }

    var sizes: [String: Int] = [:]
    for dimension in shape.dimensions {
      sizes[dimension] = try variables.size(instance.required(dimension, in: fields), in: 1...Layer.largestSize)
    }
    var coefficients = shape.coefficients
    for (name, field) in fields where coefficients[name] != nil {
      coefficients[name] = try variables.size(field, in: 0...Layer.largestSize)
    }

    let structure = try TimeloopStructure(shape, sizes: sizes, coefficients: coefficients)
    var remarks = structure.remarks
    let given = notes.filter { fields[$0] != nil }
    if !given.isEmpty {
      remarks.append(
        "\(given.joined(separator: ", ")) of the file are not used, as Timeloop does not use them: "
          + "the input's size follows from the output's and padding counts as input")
    }
    return Reading(
      shape: shape, sizes: sizes, structure: structure, instance: instance, remarks: remarks,
      variables: variables.open)
  }

  /// Refuses a problem or an architecture of a version that is not known.
  static func checkVersion(of part: YAMLNode) throws(FormatError) {
    guard let version = part.value("version") else { return }
    if let text = try? version.string(), versions.contains(text) { return }
    throw version.error("is \(version.shown); the versions \(versions.joined(separator: ", ")) can be read")
  }

  /// Sparse tensors would move less; a density must be 1.
  private static func checkDense(_ node: YAMLNode) throws(FormatError) {
    var value = node
    if node.isMapping {
      let fields = try node.fields(["distribution", "density"])
      if let distribution = fields["distribution"], try distribution.string() != "fixed" {
        throw distribution.error("only dense tensors, of the fixed density 1, are understood")
      }
      value = try node.required("density", in: fields)
    }
    if try value.number() != 1 { throw value.error("only dense tensors, of density 1, are understood") }
  }
}
