import Foundation
import Interchange
import ONNX
import Validation
import Workloads

/// Reads the bytes of an input.
typealias Target = @Sendable ([UInt8]) -> Void

/// What to do with the bytes of an input, by the name of the target and of its folder of inputs.
let targets: [String: Target] = [
  "layers": onText { text throws(FormatError) in
    let network = try LayerTable.parse(text, origin: "file")
    let again = try LayerTable.parse(LayerTable.text(network), origin: "written")
    if again != network { finding("layers that are written are read otherwise") }
  },
  "mapping": onText { text throws(FormatError) in
    let (layer, mapping) = try MappingFile.parse(text, origin: "file")
    let again = try MappingFile.parse(MappingFile.text(mapping, layer: layer), origin: "written")
    if again != (layer, mapping) { finding("a mapping that is written is read otherwise") }
  },
  "energy": onText { text throws(FormatError) in _ = try EnergyFile.parse(text, origin: "file") },
  "platform": onText { text throws(FormatError) in _ = try PlatformFile.parse(text, origin: "file") },
  "sweep": onText { text throws(FormatError) in _ = try SweepFile.parse(text, origin: "file") },
  "validation": onText { text throws(FormatError) in _ = try ValidationFile.parse(text, origin: "file") },
  "measured": onText { text throws(FormatError) in
    _ = try MeasuredFile.parse(text, name: "file", columns: nil, shape: nil, origin: "file")
  },
  "results": onText { text throws(FormatError) in _ = try ResultReader.parse(text, origin: "file") },
  "gzip": { bytes in
    onFile { file throws(FormatError) in _ = try ResultReader.read(file: file) }(bytes)
    guard let member = try? Gzip.member(bytes) else { finding("zlib cannot be used") }
    attempt { () throws(FormatError) in
      // Several members one after the other hold all that they hold.
      if try Gzip.content(member + member, origin: "file") != bytes + bytes { finding("members hold something else") }
    }
  },
  "options": onText(option),
  "workload": onFile { file throws(FormatError) in _ = try WorkloadFile.read(file) },
  "timeloop": onFile { file throws(FormatError) in
    let document = try MappingDocument(file: file)
    _ = document.isOfTimeloop ? try document.timeloopMapping(problem: nil).mapping : try document.mapping().mapping
  },
  "scalesim": onText { text throws(FormatError) in _ = try SCALESimTopology.parse(text, origin: "file") },
  "maestro": onText { text throws(FormatError) in _ = try MAESTROModel.parse(text, origin: "file") },
  "onnx": { bytes in
    let file = temporary(bytes)
    do throws(ONNXError) { _ = try ONNXModel.read(file: file) } catch { checkLine("\(error)") }
  },
  "nest": checkNest,
]

/// The texts that options take, each read from the same line.
private func option(_ text: String) throws(FormatError) {
  attempt { () throws(FormatError) in _ = try ShapeText.parse(text, origin: "option") }
  attempt { () throws(FormatError) in _ = try CapacityText.parseList(text, origin: "option") }
  attempt { () throws(FormatError) in _ = try WidthsText.parse(text, origin: "option") }
  attempt { () throws(FormatError) in _ = try DimensionText.parse([text], origin: "option") }
  attempt { () throws(FormatError) in _ = try PercentText.parse(text, origin: "option") }
  attempt { () throws(FormatError) in _ = try GEMMText.parse(text, origin: "option") }
  attempt { () throws(FormatError) in _ = try DataflowText.parse(text, origin: "option") }
  attempt { () throws(FormatError) in _ = try LayerSelection([text]).chosen(among: ["conv1", "a,b"], of: ["net"]) }
  let mapping = try NestText.parse(text, origin: "option")
  if try NestText.parse(NestText.text(mapping), origin: "written") != mapping {
    finding("a loop nest that is written is read otherwise")
  }
}

/// What is refused must be refused in a line.
private func attempt(_ read: () throws(FormatError) -> Void) {
  do { try read() } catch { checkLine("\(error)") }
}

/// A reader of texts.
private func onText(
  _ read: @escaping @Sendable (String) throws(FormatError) -> Void
) -> Target {
  { bytes in
    guard let text = String(validating: bytes, as: UTF8.self) else { return }
    attempt { () throws(FormatError) in try read(text) }
  }
}

/// A reader of files.
private func onFile(
  _ read: @escaping @Sendable (String) throws(FormatError) -> Void
) -> Target {
  { bytes in
    let file = temporary(bytes)
    attempt { () throws(FormatError) in try read(file) }
  }
}

private func checkLine(_ message: String) {
  if message.isEmpty || message.contains(where: \.isNewline) { finding("not one line: \(message)") }
}

/// A file with the bytes, in memory where the system has a place for that; the next input takes its place.
private func temporary(_ bytes: [UInt8]) -> String {
  let file = "\(folder)/input"
  guard FileManager.default.createFile(atPath: file, contents: Data(bytes)) else { finding("cannot write \(file)") }
  return file
}

private let folder: String = {
  let memory = "/dev/shm"
  let base = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
  let path = "\(base)/tilebound-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
  do {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  } catch {
    finding("cannot make \(path): \(error)")
  }
  atexit { try? FileManager.default.removeItem(atPath: folder) }
  return path
}()
