import Interchange
import Testing
import Workloads

/// The built-in networks against what is published of them.
struct BuiltInNetworkTests {
  /// Published totals: torchvision's models unless said otherwise.
  ///
  /// Weights are those of convolutions and fully-connected layers. The published counts of parameters also have biases
  /// and batch normalisation, 2 parameters for each of its channels; they are subtracted here, in this order.
  @Test(arguments: [
    ("alexnet", 714_188_480, 61_100_840 - 10_344),
    ("vgg16", 15_470_264_320, 138_357_544 - 13_416),
    ("resnet18", 1_814_073_344, 11_689_512 - 1_000 - 9_600),
    ("resnet50", 4_089_184_256, 25_557_032 - 1_000 - 53_120),
    ("resnet101", 7_801_405_440, 44_549_160 - 1_000 - 105_344),
    ("squeezenet1-1", 349_151_936, 1_235_496 - 3_944),
    // The auxiliary classifier as well: 768x128, 128x768x5x5 and 768x1000 weights, normalisation and biases.
    ("inception-v3", 5_713_216_096, 27_161_264 - 1_000 - 34_432 - (3_323_904 + 1_792 + 1_000)),
    ("densenet121", 2_834_161_664, 7_978_856 - 1_000 - 83_648),
    // Keras counts normalisation's means and variances too: 4 parameters a channel.
    ("mobilenet-v1", 568_740_352, 4_253_864 - 1_000 - 43_776),
    ("mobilenet-v2", 300_774_272, 3_504_872 - 1_000 - 34_112),
    ("efficientnet-b0", 385_814_752, 5_288_548 - 10_340 - 42_016),
    // The file of weights has 20 bytes at its start and 4 bytes each, four for a channel of normalisation.
    ("yolov3-tiny", 2_782_480_896, (35_434_956 - 20) / 4 - 510 - 12_736),
  ])
  func totals(name: String, macs: Int, weights: Int) throws {
    let network = try #require(try BuiltIn.network(name))
    #expect(network.name == name)
    #expect(network.macs == macs)
    #expect(network.usedElements(of: .weights).count == weights)
    #expect(!network.source.isEmpty)
  }

  /// Published numbers of MACs in 10^9: torchvision's, the paper's for MobileNet, half of Darknet's "FLOPS" for YOLO.
  @Test(arguments: [
    ("alexnet", 0.714), ("vgg16", 15.47), ("resnet18", 1.814), ("resnet50", 4.089), ("resnet101", 7.801),
    ("squeezenet1-1", 0.349), ("inception-v3", 5.713), ("densenet121", 2.834), ("mobilenet-v1", 0.569),
    ("mobilenet-v2", 0.301), ("efficientnet-b0", 0.386), ("vit-b16", 17.564),
  ])
  func publishedGigaMACs(name: String, published: Double) throws {
    let network = try #require(try BuiltIn.network(name))
    #expect(abs(Double(network.macs) / 1e9 - published) < 0.0006)
  }

  @Test func publishedOperationsOfYOLO() throws {
    let network = try #require(try BuiltIn.network("yolov3-tiny"))
    #expect(abs(2 * Double(network.macs) / 1e9 - 5.56) < 0.006)
  }

  /// Caffe's GoogLeNet has 6 998 552 parameters, 8 280 of them biases; torchvision's, with 3x3 in place of 5x5
  /// kernels and batch normalisation, 6 624 904 parameters and 1.498·10^9 MACs.
  @Test func googLeNet() throws {
    let network = try #require(try BuiltIn.network("googlenet"))
    #expect(network.usedElements(of: .weights).count == 6_998_552 - 8_280)
    var (macs, weights) = (0, 0)
    for entry in network.entries {
      let isWide = entry.layer[.r] == 5 && entry.layer[.s] == 5
      #expect(isWide == entry.layer.name.hasSuffix(".5x5"))
      macs += entry.count * entry.layer.macs * (isWide ? 9 : 25) / 25
      weights += entry.count * entry.layer.usedElements(of: .weights).count * (isWide ? 9 : 25) / 25
    }
    #expect(weights == 6_624_904 - 1_000 - 2 * 7_280)
    #expect(abs(Double(macs) / 1e9 - 1.498) < 0.0006)
    #expect(network.entries.count { $0.layer.name.hasSuffix(".5x5") } == 8)
  }

  /// Published counts of parameters, without what is no weight of a product: embeddings, normalisation, biases.
  @Test(arguments: [
    // Positions, class token, 25 normalisations; 12 layers' biases, those of patches and head.
    ("vit-b16", 86_567_656 - (197 + 1 + 2 * 25) * 768 - 12 * 9 * 768 - 768 - 1_000),
    // Words, positions, segments, their normalisation; 12 layers' biases and normalisations; the pooler.
    ("bert-base-384", 109_482_240 - (30_522 + 512 + 2 + 2) * 768 - 12 * 13 * 768 - (768 + 1) * 768),
    // Positions; 12 layers' biases and normalisations, the last one. The head shares the words' embedding.
    ("gpt2-small-prefill-1024", 124_439_808 - 1_024 * 768 - 12 * 13 * 768 - 2 * 768),
    ("gpt2-small-decode-1024", 124_439_808 - 1_024 * 768 - 12 * 13 * 768 - 2 * 768),
    // Words; 65 normalisations.
    ("llama3-8b-prefill-2048", 8_030_261_248 - 128_256 * 4_096 - 65 * 4_096),
    ("llama3-8b-decode-2048", 8_030_261_248 - 128_256 * 4_096 - 65 * 4_096),
  ])
  func weightsOfTransformers(name: String, weights: Int) throws {
    let network = try #require(try BuiltIn.network(name))
    #expect(network.name == name && !network.source.isEmpty)
    let layers = network.entries.filter { !Self.isAttentionProduct($0.layer) }
    #expect(layers.reduce(0) { $0 + $1.count * $1.layer.usedElements(of: .weights).count } == weights)
  }

  /// Attention: in each of the layers two products of tokens, context and width, over key and value heads, whose
  /// operands are the keys and the values of the context. All else: each weight once a token, in the head for one token.
  @Test(arguments: [
    ("vit-b16", 12, 197, 197, 768, 768), ("bert-base-384", 12, 384, 384, 768, 768),
    ("gpt2-small-prefill-1024", 12, 1_024, 1_024, 768, 768), ("gpt2-small-decode-1024", 12, 1, 1_024, 768, 768),
    ("llama3-8b-prefill-2048", 32, 2_048, 2_048, 4_096, 1_024), ("llama3-8b-decode-2048", 32, 1, 2_048, 4_096, 1_024),
  ])
  func attention(name: String, layers: Int, tokens: Int, context: Int, width: Int, keyWidth: Int) throws {
    let network = try #require(try BuiltIn.network(name))
    let products = network.entries.filter { Self.isAttentionProduct($0.layer) }
    #expect(products.map(\.count) == [layers, layers])
    for entry in products {
      #expect(entry.layer.macs == tokens * context * width)
      #expect(entry.layer.usedElements(of: .weights).count == context * keyWidth)
    }
    #expect(products[0].layer.usedElements(of: .inputs).count == tokens * width)
    #expect(products[0].layer.usedElements(of: .outputs) == products[1].layer.usedElements(of: .inputs))
    #expect(products[1].layer.usedElements(of: .outputs).count == tokens * width)
    for layer in network.entries.map(\.layer) where !Self.isAttentionProduct(layer) {
      let repetitions = ["heads.head", "lm_head"].contains(layer.name) ? 1 : layer.name == "conv_proj" ? 196 : tokens
      #expect(layer.macs == repetitions * layer.usedElements(of: .weights).count, "\(layer.name)")
    }
  }

  /// Weighted layers that a network's name or paper tells: DenseNet's are 121, ResNet's 101 and 4 on its shortcuts,
  /// MobileNet's 28, GoogLeNet's 57 convolutions and one more.
  @Test(arguments: [
    ("densenet121", 121), ("resnet101", 101 + 4), ("mobilenet-v1", 28), ("googlenet", 58), ("yolov3-tiny", 13),
    ("squeezenet1-1", 26),
  ])
  func layerCounts(name: String, count: Int) throws {
    let network = try #require(try BuiltIn.network(name))
    #expect(network.entries.reduce(0) { $0 + $1.count } == count)
  }

  /// Layers of one shape are listed once, ResNets' shortcuts aside, which have names of their own.
  @Test(arguments: BuiltIn.networkNames.filter { !$0.hasPrefix("resnet") })
  func shapesAreListedOnce(name: String) throws {
    let network = try #require(try BuiltIn.network(name))
    let shapes = network.entries.map { ShapeText.text($0.layer) }
    #expect(Set(shapes).count == shapes.count)
  }

  /// Every network has a test of its totals here.
  @Test func everyNetworkIsTested() {
    #expect(
      BuiltIn.networkNames == [
        "alexnet", "vgg16", "resnet18", "resnet50", "resnet101", "squeezenet1-1", "googlenet", "inception-v3",
        "densenet121", "mobilenet-v1", "mobilenet-v2", "efficientnet-b0", "yolov3-tiny", "vit-b16", "bert-base-384",
        "gpt2-small-prefill-1024", "gpt2-small-decode-1024", "llama3-8b-prefill-2048", "llama3-8b-decode-2048",
        "layer-examples",
      ])
  }

  /// The listed sizes are those of the layers; a row that is missing or wrong in `configs/networks.csv` stands in the failure.
  @Test func summariesAreOfTheLayers() throws {
    let networks = try BuiltIn.networkNames.map { try #require(try BuiltIn.network($0)) }
    #expect(networks.map(\.name) == BuiltIn.networkNames)
    #expect(try BuiltIn.networkSummaries() == networks.map(NetworkSummary.init))
  }

  /// Transposed convolutions have a MAC for each input, each output map and each kernel position.
  @Test func transposedConvolutions() throws {
    let layers = try #require(try BuiltIn.network("layer-examples")).entries.map(\.layer)
    let parities = layers.filter { $0.name.hasPrefix("dcgan.up.") }
    #expect(parities.count == 4)
    #expect(parities.allSatisfy { $0[.p] == 8 && $0[.q] == 8 && $0[.k] == 256 && $0[.c] == 512 })
    let macs: Int = 512 * 256 * 4 * 4 * 8 * 8
    #expect(parities.reduce(0) { $0 + $1.macs } == macs)
    #expect(
      Set(parities.map { [$0.vertical.paddingBefore, $0.horizontal.paddingBefore] }) == [
        [0, 0], [0, 1], [1, 0], [1, 1],
      ])
    let up = try #require(layers.first { $0.name == "unet.up1" })
    let upMACs: Int = 1_024 * 512 * 2 * 2 * 28 * 28
    #expect(up.macs == upMACs && up.usedElements(of: .outputs).count == 512 * 56 * 56)
  }

  @Test func groupedAndDilatedExamples() throws {
    let layers = try #require(try BuiltIn.network("layer-examples")).entries.map(\.layer)
    #expect(layers.filter { $0.groups > 1 }.map(\.groups) == [32, 32, 2])
    // AlexNet's second layer has 223.9 M MACs in two groups, 307 200 weights.
    let grouped = try #require(layers.first { $0.name == "alexnet-grouped.conv2" })
    #expect(grouped.macs == 223_948_800 && grouped.usedElements(of: .weights).count == 307_200)
    let dilated = layers.filter { $0.vertical.dilation > 1 }
    #expect(dilated.map(\.vertical.dilation) == [6, 12, 18])
    #expect(dilated.allSatisfy { $0[.p] == 33 && $0[.q] == 33 })
  }

  private static func isAttentionProduct(_ layer: Layer) -> Bool {
    layer.name.hasSuffix(".scores") || layer.name.hasSuffix(".context")
  }
}
