import Testing
import Workloads

@testable import ONNX

/// Networks and single operators as they are imported, against the shapes that the onnx package finds for them.
struct ModelZooTests {
  @Test func layersHaveTheShapesThatTheOnnxPackageFinds() throws {
    let models = try ExpectedModels.models()
    #expect(models.count >= 46)
    for expected in models {
      let model = try ONNXModel.read(file: expected.file)
      if Self.withOverlapsAlongThreeAxes.contains(expected.name) {
        let reason = model.unresolved.first?.reason ?? ""
        #expect(model.unresolved.count == 1 && reason.hasPrefix(Self.threeAxes), "\(expected.name): \(reason)")
        continue
      }
      #expect(model.unresolved.isEmpty, "\(expected.name)")
      var layers = model.layers[...]
      for product in expected.products {
        let name = model.layers.contains { $0.name == product.name } ? product.name : product.output
        let own = layers.prefix { $0.name == name || $0.name.hasPrefix("\(name)/phase") }
        layers = layers.dropFirst(own.count)
        if product.operator == "ConvTranspose" {
          #expect(own.reduce(0) { $0 + realMACs($1) } == product.transposedMACs, "\(expected.name): \(name)")
        } else {
          let layer = try #require(own.first, "\(expected.name): \(name)")
          #expect(own.count == 1)
          #expect(layer.macs == product.macs, "\(expected.name): \(name)")
          if product.a.count <= 4 { expectShapes(of: layer, product, "\(expected.name): \(name)") }
        }
      }
      #expect(layers.isEmpty, "\(expected.name)")
    }
  }

  private static let withOverlapsAlongThreeAxes = Set(
    ["", "_dilated", "_dilated_strided", "_groups", "_no_bias", "_stride_padding"].map {
      "pytorch-converted/test_Conv3d\($0)/model.onnx"
    })
  private static let threeAxes = "it is a convolution along 3 axes, and windows"

  /// The layer's dimensions and geometry, one by one.
  private func expectShapes(of layer: Layer, _ product: ExpectedModels.Product, _ name: String) {
    if product.operator == "Gemm" || product.operator == "MatMul" {
      #expect(layer[.p] == product.result[0] && layer[.k] == product.result[1], "\(name)")
      return
    }
    let (a, b, result) = (product.planar(product.a), product.planar(product.b), product.planar(product.result))
    let groups = product.numbers["group"] ?? 1
    #expect([layer.batch, layer.inputChannels, layer.vertical.inputSize, layer.horizontal.inputSize] == a, "\(name)")
    #expect([layer.outputChannels, layer[.c], layer[.r], layer[.s]] == b, "\(name)")
    #expect([layer.batch, layer.groups * layer[.k], layer[.p], layer[.q]] == result, "\(name)")
    #expect(layer.groups == groups, "\(name)")
    let strides = product.lists["strides"] ?? Array(repeating: 1, count: product.a.count - 2)
    #expect(layer.horizontal.stride == strides.last && layer.vertical.stride == (strides.count == 2 ? strides[0] : 1))
    if let pads = product.lists["pads"], pads.count == 4 {
      let axes = (layer.vertical, layer.horizontal)
      #expect(
        [axes.0.paddingBefore, axes.1.paddingBefore, axes.0.paddingAfter, axes.1.paddingAfter] == pads, "\(name)")
    }
  }

  /// Convolutions, further products, and multiply-accumulates of the convolutions: the products of the shapes that the
  /// onnx package (1.23.2) gives.
  @Test(arguments: [
    ("light/light_bvlc_alexnet.onnx", 5, 3, 595_938_432), ("light/light_zfnet512.onnx", 5, 3, 1_401_011_232),
    ("light/light_squeezenet.onnx", 26, 0, 349_151_936), ("light/light_vgg19.onnx", 16, 3, 19_508_428_800),
    ("light/light_inception_v1.onnx", 57, 1, 1_430_532_352),
    ("light/light_inception_v2.onnx", 69, 1, 2_017_827_840), ("light/light_resnet50.onnx", 53, 1, 4_087_136_256),
    ("light/light_densenet121.onnx", 121, 0, 2_834_161_664), ("light/light_shufflenet.onnx", 49, 1, 124_120_528),
    ("zigzag/inputs/workload/resnet18.onnx", 20, 1, 1_813_561_344),
    ("zigzag/inputs/workload/mobilenetv2.onnx", 52, 1, 299_494_272),
    ("zigzag/inputs/workload/alexnet.onnx", 5, 3, 595_938_432),
  ])
  func networksHaveTheirKnownSizes(name: String, convolutions: Int, products: Int, macs: Int) throws {
    let expected = try #require(try ExpectedModels.models().first { $0.name == name })
    let model = try ONNXModel.read(file: expected.file)
    let names = Set(expected.products.filter { $0.operator == "Conv" }.flatMap { [$0.name, $0.output] })
    let layers = model.layers.filter { names.contains($0.name) }
    #expect(layers.count == convolutions)
    #expect(model.layers.count == convolutions + products)
    #expect(layers.reduce(0) { $0 + $1.macs } == macs)
    #expect(model.unresolved.isEmpty)
  }

  @Test func depthwiseConvolutionsKeepTheirGroups() throws {
    for (name, depthwise, grouped) in [
      ("light/light_shufflenet.onnx", 16, 48), ("zigzag/inputs/workload/mobilenetv2.onnx", 17, 17),
    ] {
      let expected = try #require(try ExpectedModels.models().first { $0.name == name })
      let layers = try ONNXModel.read(file: expected.file).layers
      #expect(layers.count { $0.groups > 1 && $0[.c] == 1 && $0[.k] == 1 } == depthwise)
      #expect(layers.count { $0.groups > 1 } == grouped)
    }
  }

  private func realMACs(_ layer: Layer) -> Int {
    let pairs = [layer.vertical, layer.horizontal].map {
      $0.realPairs(outputs: 0..<$0.outputSize, kernels: 0..<$0.kernelSize)
    }
    return layer.batch * layer.groups * layer[.k] * layer[.c] * pairs[0] * pairs[1]
  }
}

extension ExpectedModels.Product {
  /// Multiply-accumulates by the shapes: the result's elements times what is summed for each.
  var macs: Int {
    let elements = result.reduce(1, *)
    switch `operator` {
    case "Gemm": return elements * (numbers["transA"] == 1 ? a[0] : a[1])
    case "MatMul": return elements * (a.last ?? 0)
    default: return elements * b.dropFirst().reduce(1, *)
    }
  }

  /// Multiply-accumulates of a transposed convolution in two dimensions whose products all land in the result or are
  /// counted one by one.
  var transposedMACs: Int {
    var pairs = 1
    for axis in 0..<2 {
      let stride = lists["strides"]?[axis] ?? 1
      let dilation = lists["dilations"]?[axis] ?? 1
      let before = lists["pads"]?[axis] ?? 0
      var count = 0
      for row in 0..<a[2 + axis] {
        for kernel in 0..<b[2 + axis] where (0..<result[2 + axis]).contains(stride * row + dilation * kernel - before) {
          count += 1
        }
      }
      pairs *= count
    }
    return a[0] * a[1] * b[1] * pairs
  }

  /// A shape with a height, of one row where it has none.
  func planar(_ shape: [Int]) -> [Int] { shape.count == 3 ? [shape[0], shape[1], 1, shape[2]] : shape }
}
