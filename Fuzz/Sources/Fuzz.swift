import Foundation

/// The fuzzer with the options of libFuzzer: https://llvm.org/docs/LibFuzzer.html
///
/// The environment variable `TARGET` names what is to read the inputs. A target may return or throw what its
/// documentation says. Whatever else happens is a finding: libFuzzer keeps the input in a file and ends with an error.
@main enum Fuzz {
  static func main() {
    var (count, arguments) = (CommandLine.argc, CommandLine.unsafeArgv)
    exit(runFuzzer(&count, &arguments, testOneInput))
  }
}

/// Calls a function with every input that libFuzzer makes.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

@_cdecl("LLVMFuzzerTestOneInput")
private func testOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  chosen(Array(UnsafeBufferPointer(start: data, count: size)))
  return 0
}

private let chosen: Target = {
  let name = ProcessInfo.processInfo.environment["TARGET"] ?? ""
  if let target = targets[name] { return target }
  print("TARGET is '\(name)'; accepted: \(targets.keys.sorted().joined(separator: " "))")
  exit(2)
}()

/// Ends the run for a finding that is no crash of its own.
func finding(_ message: String) -> Never { fatalError(message) }
