import TestSupport
import Testing
import Workloads

@testable import ONNX

/// Matrix products as GEMMs.
struct MatrixProductTests {
  private func product(
    _ a: [Int], _ b: [Int], type: String = "MatMul", constants: Set<String> = [], c: [Int]? = nil,
    domain: String = "", _ attributes: [String: BuiltAttribute] = [:]
  ) throws -> ONNXModel {
    try layers(
      of: builtModel { graph in
        for (name, shape) in [("a", a), ("b", b)] {
          if constants.contains(name) {
            graph.initializer.append(.weights(name, shape))
          } else {
            graph.input(name, shape.map { .number($0) })
          }
        }
        if let c { graph.initializer.append(.weights("c", c)) }
        graph.node(
          type, ["a", "b"] + (c == nil ? [] : ["c"]), ["y"], name: "product", domain: domain, attributes)
      })
  }

  /// Biases that a node of its own adds are told of; other summands are not.
  @Test(arguments: [([8], true, 1), ([4, 8], true, 0), ([1], true, 0), ([8], false, 0)])
  func separateBiases(shape: [Int], isConstant: Bool, told: Int) throws {
    let model = try layers(
      of: builtModel { graph in
        graph.input("a", [4, 10])
        graph.initializer = [.weights("b", [10, 8])]
        if isConstant {
          graph.initializer.append(.weights("c", shape))
        } else {
          graph.input("c", shape.map { .number($0) })
        }
        graph.node("MatMul", ["a", "b"], ["x"], name: "product")
        graph.node("Add", ["c", "x"], ["y"], name: "sum")
      })
    #expect(model.layers.count == 1 && !model.layers[0].hasBiases)
    let text = "1 matrix product has its biases added by a node of its own: reading them is not counted"
    #expect(model.remarks.count { $0 == text } == told)
  }

  /// Groups, M, N and K.
  private func sizes(_ model: ONNXModel) -> [Int]? { model.layers.first.map { [$0.groups, $0[.p], $0[.k], $0[.c]] } }

  @Test(arguments: [
    ([4, 10], [10, 8], [1, 4, 8, 10]),
    // All rows of a stack meet the same matrix.
    ([2, 3, 4, 10], [10, 8], [1, 24, 8, 10]), ([2, 3, 4, 10], [1, 1, 10, 8], [1, 24, 8, 10]),
    // All columns of a stack meet the same matrix.
    ([4, 10], [5, 10, 8], [1, 4, 40, 10]), ([1, 4, 10], [5, 10, 8], [1, 4, 40, 10]),
    // Attention: each head its own product.
    ([2, 12, 197, 64], [2, 12, 64, 197], [24, 197, 197, 64]),
    // Grouped-query attention: some heads share a matrix.
    ([2, 3, 4, 5, 10], [2, 3, 1, 10, 8], [6, 20, 8, 10]),
    // Each operand is repeated along a dimension of its own.
    ([3, 1, 4, 10], [1, 7, 10, 8], [1, 12, 56, 10]), ([6, 1, 2, 10], [6, 3, 10, 8], [6, 2, 24, 10]),
    // Vectors.
    ([10], [10, 8], [1, 1, 8, 10]), ([4, 10], [10], [1, 4, 1, 10]), ([10], [10], [1, 1, 1, 10]),
    ([5, 4, 10], [10], [1, 20, 1, 10]),
  ])
  func stacksAreFoldedIntoRowsColumnsAndGroups(a: [Int], b: [Int], expected: [Int]) throws {
    let model = try product(a, b)
    #expect(sizes(model) == expected)
    #expect(model.layers.first?.hasBiases == false)
  }

  /// MACs and the elements of all three tensors are those of numpy's matmul.
  @Test(arguments: seeds(0..<200))
  func foldedProductsHaveTheElementsOfTheStacks(seed: Int) throws {
    var random = SplitMix64(seed: seed)
    let stack = (0..<random.pick(0...4)).map { _ in random.pick(1...4) }
    let (m, n, k) = (random.pick(1...5), random.pick(1...5), random.pick(1...5))
    func broadcast(_ sizes: [Int]) -> [Int] {
      let partial = sizes.map { random.oneIn(2) ? 1 : $0 }
      return Array(partial.dropFirst(partial.first == 1 && random.oneIn(2) ? 1 : 0))
    }
    let (a, b) = (broadcast(stack), broadcast(stack))
    let both = max(a.count, b.count)
    let common = (0..<both).map { index in
      let left = index < both - a.count ? 1 : a[index - both + a.count]
      let right = index < both - b.count ? 1 : b[index - both + b.count]
      return max(left, right)
    }
    let model = try product(a + [m, k], b + [k, n])
    let layer = try #require(model.layers.first)
    let products = common.reduce(1, *)
    #expect(layer.macs == products * m * n * k)
    #expect(layer.usedElements(of: .inputs) == Words(a.reduce(1, *) * m * k))
    #expect(layer.usedElements(of: .weights) == Words(b.reduce(1, *) * k * n))
    #expect(layer.usedElements(of: .outputs) == Words(products * m * n))
  }

  @Test func aConstantFirstOperandIsTheWeights() throws {
    let first = try product([8, 10], [10, 4], constants: ["a"])
    #expect(sizes(first) == [1, 4, 8, 10])
    #expect(first.remarks.count == 1 && first.remarks[0].hasPrefix("1 matrix product has constant first operands"))
    let second = try product([8, 10], [10, 4], constants: ["b"])
    #expect(sizes(second) == [1, 8, 4, 10] && second.remarks.isEmpty)
    #expect(sizes(try product([8, 10], [10, 4], constants: ["a", "b"])) == [1, 8, 4, 10])
    #expect(sizes(try product([8, 10], [6, 10, 4], constants: ["a"])) == [1, 24, 8, 10])
  }

  @Test(arguments: [
    (0, 0, [4, 10], [10, 8]), (1, 0, [10, 4], [10, 8]), (0, 1, [4, 10], [8, 10]), (1, 1, [10, 4], [8, 10]),
  ])
  func gemmsMayBeTransposed(a: Int, b: Int, first: [Int], second: [Int]) throws {
    let model = try product(
      first, second, type: "Gemm", ["transA": .integer(a), "transB": .integer(b), "alpha": .number(0.5)])
    #expect(sizes(model) == [1, 4, 8, 10])
  }

  @Test(arguments: [([8], true), ([1, 8], true), ([4, 8], false), ([4, 1], false), ([1], false), ([], false)])
  func oneNumberForEachColumnIsABias(c: [Int], hasBiases: Bool) throws {
    let model = try product([4, 10], [10, 8], type: "Gemm", c: c)
    #expect(model.layers.first?.hasBiases == hasBiases)
    #expect(model.remarks.count == 1)
    #expect(model.remarks.first?.hasPrefix(hasBiases ? "1 layer has biases" : "1 Gemm adds a third operand") == true)
    #expect(try product([4, 10], [10, 8], type: "Gemm", c: c, ["beta": .number(0)]).remarks.isEmpty)
  }

  @Test func quantisedProducts() throws {
    let model = try layers(
      of: builtModel { graph in
        graph.input("a", [2, 4, 10])
        graph.initializer = [.weights("b", [10, 8]), .weights("packed", [6, 1, 4])]
        graph.node("MatMulInteger", ["a", "b", "za", "zb"], ["integer"])
        graph.node("QLinearMatMul", ["integer", "s", "z", "b2", "s", "z", "s", "z"], ["linear"])
        graph.node("Constant", [], ["b3"], ["value": .tensor(.weights("", [3, 8]))])
        graph.node(
          "MatMulNBits", ["linear", "packed", "s"], ["bits"], domain: "com.microsoft",
          ["K": .integer(3), "N": .integer(6), "bits": .integer(4)])
        graph.initializer.append(.weights("b2", [8, 3]))
      })
    #expect(model.layers.map(\.name) == ["integer", "linear", "bits"])
    #expect(model.layers.map { [$0[.p], $0[.k], $0[.c]] } == [[8, 8, 10], [8, 3, 8], [8, 6, 3]])
  }

  @Test(arguments: [
    ("bhqd,bhkd->bhqk", [2, 3, 4, 5], [2, 3, 6, 5], [6, 4, 6, 5]), ("ij,jk", [4, 5], [5, 6], [1, 4, 6, 5]),
    ("bid,dho->biho", [2, 7, 5], [5, 3, 4], [1, 14, 12, 5]),
    ("...ij,...jk->...ik", [3, 4, 5], [3, 5, 6], [3, 4, 6, 5]),
    ("...ij,...jk->...ik", [3, 4, 5], [1, 5, 6], [1, 12, 6, 5]), ("abc,abc->a", [2, 3, 4], [2, 3, 4], [2, 1, 1, 12]),
    // Outer products sum over nothing, which is one product each.
    ("i,j->ij", [64], [32], [1, 64, 32, 1]), ("ab,cd->abcd", [3, 4], [3, 4], [1, 12, 12, 1]),
    ("bi,bj->bij", [7, 5], [7, 6], [7, 5, 6, 1]), ("...i,...j->...ij", [7, 5], [7, 6], [7, 5, 6, 1]),
  ])
  func contractionsOfTwoAreGEMMs(equation: String, a: [Int], b: [Int], expected: [Int]) throws {
    #expect(sizes(try product(a, b, type: "Einsum", ["equation": .text(equation)])) == expected)
  }

  /// One operand has all indices: the other scales it.
  @Test(arguments: [("ab,ab->ab", [3, 4]), ("ab,a->ab", [3]), ("ab,->ba", [])])
  func elementwiseContractionsAreNoGEMM(equation: String, b: [Int]) throws {
    let model = try product([3, 4], b, type: "Einsum", ["equation": .text(equation)])
    #expect(model.layers.isEmpty && model.unresolved.isEmpty && model.remarks.isEmpty)
  }

  @Test func anOuterProductIsAGEMMOfInnerSizeOne() throws {
    // The constant operand is the weights.
    #expect(try layers(of: "outer-product").layers == [Layer.gemm(name: "outer", m: 64, n: 32, k: 1)])
  }

  @Test(arguments: ["ab,cb->c", "aa,ab->b", "ab,bc->ad", "ab,", "a-b", "ab,ab,ab->", "...ab,......->a"])
  func otherContractionsAreNotUnderstood(equation: String) throws {
    let model = try product([3, 3], [3, 3], type: "Einsum", ["equation": .text(equation)])
    #expect(model.layers.isEmpty && model.unresolved.count == 1)
  }

  @Test(arguments: [
    ([4, 10], [9, 8], "its operands are [4,10] and [9,8], whose inner sizes differ"),
    ([3, 4, 10], [2, 10, 8], "sizes of 3 and 2 are broadcast together"),
    ([], [2, 10, 8], "an operand is a single number"),
    ([1 << 21, 10], [10, 8], "gemm m is 2097152; at most 1048576 is accepted"),
  ])
  func whatCannotBe(a: [Int], b: [Int], reason: String) throws {
    let model = try product(a, b)
    #expect(model.layers.isEmpty && model.unresolved.map(\.reason) == [reason])
  }

  @Test(arguments: [
    ("Attention", "", "not taken apart"), ("MoE", "com.microsoft", "not taken apart"),
    ("NhwcFusedConv", "com.microsoft", "channels last"), ("QOrderedMatMul", "com.microsoft", "packed or sparse"),
    ("ConvTranspose", "com.ms.internal.nhwc", "channels last"),
  ])
  func operatorsThatAreNoSingleProductAreListed(type: String, domain: String, reason: String) throws {
    let model = try product([7, 1, 16], [1, 32, 16], type: type, domain: domain)
    #expect(model.unresolved.map(\.name) == ["product"])
    #expect(model.unresolved.first?.reason.contains(reason) == true)
  }

  @Test func productsOfOptimisedModels() throws {
    for type in ["FusedMatMulActivation", "TransposeMatMul", "GemmFastGelu", "MatMulInteger16"] {
      #expect(sizes(try product([2, 4, 10], [10, 8], type: type, domain: "com.microsoft")) == [1, 8, 8, 10])
    }
    let transposed = try product(
      [4, 10], [8, 10], type: "GemmFloat8", domain: "com.microsoft", ["transB": .integer(1)])
    #expect(sizes(transposed) == [1, 4, 8, 10])
    let packed = try product(
      [2, 4, 10], [40], type: "MatMulBnb4", domain: "com.microsoft", ["K": .integer(10), "N": .integer(8)])
    #expect(sizes(packed) == [1, 8, 8, 10])
  }
}
