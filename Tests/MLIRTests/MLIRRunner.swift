import Foundation
import Programs
import TestSupport
import Testing
import Workloads

/// MLIR's own programs, on modules of mappings.
enum MLIRRunner {
  /// What comes behind the names of the programs, or nil where they are not there.
  static let suffix = ["-19", ""].first { suffix in
    ["mlir-opt", "mlir-cpu-runner", "mlir-translate"].allSatisfy {
      (try? Program.shell("command -v \($0)\(suffix)"))?.code == 0
    }
  }

  /// What lowers a module to calls and branches.
  private static let lowering = """
    --one-shot-bufferize=bufferize-function-boundaries --convert-linalg-to-loops --expand-strided-metadata --lower-affine \
    --convert-scf-to-cf --convert-arith-to-llvm --finalize-memref-to-llvm --convert-func-to-llvm --convert-cf-to-llvm \
    --reconcile-unrealized-casts
    """

  /// What the lowered module calls to copy between buffers of any strides.
  private static let copy = """
    #include <stdint.h>
    #include <string.h>
    typedef struct { char *allocated, *aligned; int64_t offset, numbers[]; } buffer;
    typedef struct { int64_t rank; buffer *of; } any;
    void memrefCopy(int64_t size, any *from, any *to) {
      const int64_t rank = from->rank, *sizes = from->of->numbers;
      int64_t place[16] = {0};
      for (int64_t d = 0; d < rank; d++) if (sizes[d] == 0) return;
      for (;;) {
        int64_t a = from->of->offset, b = to->of->offset;
        for (int64_t d = 0; d < rank; d++) {
          a += place[d] * from->of->numbers[rank + d];
          b += place[d] * to->of->numbers[rank + d];
        }
        memcpy(to->of->aligned + b * size, from->of->aligned + a * size, (size_t)size);
        int64_t d = rank - 1;
        while (d >= 0 && ++place[d] == sizes[d]) place[d--] = 0;
        if (d < 0) return;
      }
    }

    """

  /// The loops of a tiled module, by its text after the sequence was run, and the sum of its outputs' digits when it runs.
  static func run(_ module: MLIRModule, _ layer: Layer) throws -> (tiled: String, checksum: Int32) {
    let suffix = try #require(suffix)
    return try withTemporaryFolder { folder in
      let sequence = "  transform.named_sequence"
      #expect(module.text.contains(sequence))
      let text = module.text.replacing(
        sequence, with: main(module.name, layer) + "\n" + sequence, maxReplacements: 1)
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/whole.mlir"))
      try Data(copy.utf8).write(to: URL(fileURLWithPath: "\(folder)/copy.c"))
      let outcome = try Program.shell(
        """
        set -o pipefail; cc -O1 -shared -fPIC -o copy.so copy.c &&
        mlir-opt\(suffix) --transform-interpreter --test-transform-dialect-erase-schedule whole.mlir > tiled.mlir &&
        mlir-opt\(suffix) \(lowering) tiled.mlir |
        timeout 60 mlir-cpu-runner\(suffix) -e main -entry-point-result=i32 --shared-libs=$PWD/copy.so
        """, in: folder)
      #expect(outcome.code == 0, "\(outcome.error.prefix(2000))\n\(module.text)")
      let tiled = try String(contentsOfFile: "\(folder)/tiled.mlir", encoding: .utf8)
      return (tiled, try #require(Int32(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines))))
    }
  }

  /// A function that passes tensors to the layer's and returns the digest of its outputs, both as ``PlainLoops`` has them.
  private static func main(_ name: String, _ layer: Layer) -> String {
    let groups = layer[.g] > 1 ? [layer[.g]] : []
    let (rows, columns) = (layer.vertical, layer.horizontal)
    let inputs = [layer[.n]] + groups + [layer[.c], rows.inputSize, columns.inputSize]
    let weights = groups + [layer[.k], layer[.c], rows.kernelSize, columns.kernelSize]
    let outputs = [layer[.n]] + groups + [layer[.k], rows.outputSize, columns.outputSize]
    func tensor(_ sizes: [Int], _ type: String) -> String { "tensor<\(sizes.map { "\($0)x" }.joined())\(type)>" }
    func filled(_ name: String, _ sizes: [Int]) -> String {
      let places = sizes.indices.map { "d\($0)" }
      let index = places.indices.dropFirst().reduce(places[0]) { "(\($0)) * \(sizes[$1]) + \(places[$1])" }
      return """
            %\(name) = tensor.generate {
            ^bb0(\(places.map { "%\($0): index" }.joined(separator: ", "))):
              %i = affine.apply affine_map<(\(places.joined(separator: ", "))) -> (\(index))>(\(places.map { "%\($0)" }.joined(separator: ", ")))
              %m = affine.apply affine_map<(i) -> ((i * 31 + (i floordiv 5) * 17) mod 7 - 3)>(%i)
              %v = arith.index_cast %m : index to i8
              tensor.yield %v : i8
            } : \(tensor(sizes, "i8"))

        """
    }
    let (count, all) = (outputs.reduce(1, *), tensor(outputs, "i32"))
    return """
        func.func @main() -> i32 {
      \(filled("in", inputs))\(filled("w", weights))    %z = arith.constant dense<0> : \(all)
          %o = func.call @\(name)(%in, %w, %z) : (\(tensor(inputs, "i8")), \(tensor(weights, "i8")), \(all)) -> \(all)
          %flat = tensor.collapse_shape %o [\(Array(outputs.indices))] : \(all) into tensor<\(count)xi32>
          %first = arith.constant 0 : index
          %step = arith.constant 1 : index
          %end = arith.constant \(count) : index
          %none = arith.constant 0 : i32
          %factor = arith.constant 31 : i32
          %digest = scf.for %i = %first to %end step %step iter_args(%sum = %none) -> (i32) {
            %v = tensor.extract %flat[%i] : tensor<\(count)xi32>
            %x = arith.muli %sum, %factor : i32
            %y = arith.addi %x, %v : i32
            scf.yield %y : i32
          }
          return %digest : i32
        }
      """
  }
}
