import EnergyModel
import Foundation
import Interchange
import TestSupport
import Testing
import Workloads

struct AccelForgeWorkloadTests {
  private func read(_ text: String) throws -> ImportedNetwork {
    try AccelForgeWorkload.parse(text, origin: "file.yaml")
  }

  private func message(_ text: String) -> String { refusal { _ = try AccelForgeWorkload.parse(text, origin: "file") } }

  private func only(_ text: String) throws -> Layer {
    let imported = try read(text)
    #expect(imported.unresolved.isEmpty && imported.network.entries.count == 1, "\(imported.unresolved)")
    return try #require(imported.network.entries.first).layer
  }

  private func reason(_ text: String) throws -> String {
    let imported = try read(text)
    #expect(imported.network.entries.isEmpty && imported.unresolved.count == 1)
    return try #require(imported.unresolved.first).reason
  }

  private static let convolution = """
    workload:
      bits_per_value: {All: 8}
      rank_sizes: {N: 2}
      einsums:
      - einsum: "T0[p, q, n, m] = I0[n, c, H: p * 2 + r, W: q + 3*s] * W0[r, s, c, m]"
        iteration_space_shape: [0 <= p < 10, 0 <= q < 12, 0 <= c < 4, "0 <= m <= 7", 0 <= r < 3, 0<=s<5]
        renames: {output: T0, input: I0, weight: W0}

    """

  private static let chain = """
    workload:
      rank_sizes: {M: 7, N0: 3, N1: 5, N2: 2*8+1}
      bits_per_value: {All: 8, W0: 4}
      persistent_tensors: weight - Intermediates
      einsums:
      - name: Matmul1
        tensor_accesses:
        - {name: T0, projection: [m, n0]}
        - {name: W0, projection: [n0, n1]}
        - {name: T1, projection: [m, n1], output: True}
        renames: {input: T0}
      - name: Matmul2
        tensor_accesses:
        - {name: W1, projection: {N1: n1, N2: n2}}
        - {name: T1, projection: {M: m, N1: n1}}
        - {name: T2, projection: [m, n2], output: True}

    """

  /// Functions of one tensor have no MACs and are left out as elementwise operations are; of two they are listed.
  @Test func functions() throws {
    let head = "workload:\n  rank_sizes: {M: 7, K: 3, N: 5}\n  einsums:\n"
    let product = "  - \"Z[m, n] = A[m, k] * B[k, n]\"\n"
    let imported = try read(head + "  - \"A[m, k] = copy(X[m, k])\"\n" + product + "  - \"Y[m, n] = exp( Z[m, n] )\"\n")
    #expect(imported.network.entries.map(\.layer.name) == ["Z"] && imported.unresolved.isEmpty)
    #expect(imported.remarks.contains("2 pooling and elementwise layers move data that is not counted"))
    #expect(
      try reason(head + "  - \"Z[m, n] = A[m, k] * exp(B[k, n])\"\n")
        == "it takes 'exp' of an operand; a product of two tensors can be read")
    #expect(message(head + "  - \"Z[m, n] = exp(A[m, k] * B[k, n])\"\n").contains("an einsum is expected"))
    #expect(message(head + "  - \"Z[m, n] = exp(A[m, k]\"\n").contains("an einsum is expected"))
  }

  @Test(arguments: [
    ("map_op: multiply", nil), ("reduce_op: add", nil), ("map_op: max", "map_op"), ("reduce_op: max", "reduce_op"),
  ])
  func operations(line: String, refused: String?) throws {
    let text = """
      workload:
        rank_sizes: {M: 7, K: 3, N: 5}
        einsums:
        - name: Z
          \(line)
          tensor_accesses:
          - {name: A, projection: [m, k]}
          - {name: B, projection: [k, n]}
          - {name: Z, projection: [m, n], output: True}

      """
    if let refused {
      #expect(try reason(text) == "its \(refused) is 'max'; \(refused == "map_op" ? "*" : "+") alone makes MACs")
    } else {
      #expect(try only(text).macs == 105)
    }
  }

  @Test func convolutions() throws {
    let imported = try read(Self.convolution)
    let layer = try #require(imported.network.entries.first).layer
    #expect(layer.name == "T0")
    #expect(sizes(layer) == [2, 1, 8, 4, 10, 12, 3, 5])
    #expect(layer.vertical.stride == 2 && layer.horizontal.stride == 1)
    #expect(layer.vertical.dilation == 1 && layer.horizontal.dilation == 3)
    #expect(layer.vertical.inputSize == 2 * 9 + 3 && layer.horizontal.inputSize == 12 + 3 * 4)
    #expect(imported.widths == WordWidths(.byte))
    #expect(imported.network.name == "file")
    #expect(
      imported.remarks == [
        "1 layer with a kernel gives no padding: zeros around an input, if there are any, count as inputs"
      ])
  }

  @Test func tensorAccesses() throws {
    let imported = try read(Self.chain)
    #expect(imported.network.entries.map(\.layer.name) == ["Matmul1", "Matmul2"])
    #expect(sizes(imported.network.entries[0].layer) == [1, 1, 5, 3, 7, 1, 1, 1])
    // T1 is made by the first einsum, so it is the second one's inputs though it stands behind the weights.
    #expect(sizes(imported.network.entries[1].layer) == [1, 1, 17, 5, 7, 1, 1, 1])
    #expect(imported.widths == nil)
    #expect(imported.remarks.count == 1)
    #expect(try read(Self.chain.replacing(", W0: 4", with: "")).widths == WordWidths(.byte))
  }

  @Test func widths() throws {
    let text = Self.convolution.replacing("{All: 8}", with: "{Inputs: 6, Outputs: 20, W0: 3}")
    let widths = WordWidths(
      inputs: try #require(BitWidth(6)), weights: try #require(BitWidth(3)), outputs: try #require(BitWidth(20)),
      partialSums: try #require(BitWidth(20)))
    #expect(try read(text).widths == widths)
    let own = text.replacing("    renames", with: "    tensor_accesses: [{name: I0, bits_per_value: 7}]\n    renames")
    #expect(try read(own).widths?.inputs == BitWidth(7))
    let unread = try read(Self.convolution.replacing("{All: 8}", with: "{All - W0: 8}"))
    #expect(unread.widths == nil)
    #expect(unread.remarks.last == "bits_per_value has 'All - W0: 8', which is not read: no word widths are taken")
  }

  @Test func whichAreTheWeights() throws {
    func product(_ rest: String) throws -> ImportedNetwork {
      try read(
        """
        workload:
          rank_sizes: {M: 7, K: 3, N: 5}
          einsums:
          - einsum: "Z[m, n] = A[k, n] * B[m, k]"
        \(rest)
        """)
    }
    func sizesOf(_ rest: String) throws -> [Int] {
      let imported = try product(rest)
      #expect(imported.remarks.isEmpty)
      return sizes(try #require(imported.network.entries.first).layer)
    }
    let first = [1, 1, 5, 3, 7, 1, 1, 1]
    let second = [1, 1, 7, 3, 5, 1, 1, 1]
    #expect(try sizesOf("    renames: {weight: A}") == first)
    #expect(try sizesOf("    renames: [{name: weight, source: B, expected_count: 1}]") == second)
    #expect(try sizesOf("    renames: {input: A}") == second)
    #expect(try sizesOf("    tensor_accesses: [{name: A, persistent: True}]") == first)
    // What another einsum makes is inputs.
    let made = try product("  - \"B[m, k] = C[m, k]\"")
    #expect(sizes(try #require(made.network.entries.first).layer) == first)
    let undecided = try product("")
    #expect(sizes(try #require(undecided.network.entries.first).layer) == second)
    #expect(
      undecided.remarks
        == ["in 1 product nothing tells weights from inputs: the first tensor counts as inputs"])
  }

  @Test func heads() throws {
    let layer = try only(
      """
      workload:
        rank_sizes: {B: 2, M: 7, P: 7, H: 3, E: 4}
        einsums:
        - {einsum: "QK[b, m, p, h] = Q[b, m, h, e] * K[b, M: p, h, e]", renames: {input: Q}}
      """)
    #expect(sizes(layer) == [1, 6, 7, 4, 7, 1, 1, 1])
  }

  @Test func copiesAndSumsAreCounted() throws {
    let imported = try read(
      """
      workload:
        rank_sizes: {B: 2, M: 7, D: 3, E: 4}
        einsums:
        - {einsum: "I[b, m, d] = I_in[b, m, d]", is_copy_operation: True}
        - - "V[b, m, e] = I[b, m, d] * WV[d, e]"
          - - "S[b, m, e] = V[b, m, e] + V[b, m, e]"
        - "G[b, m, e] = S[b, m, e] * V[b, m, e]"
        - "X[b, m] = G[b, m, e]"
      """)
    #expect(imported.network.entries.map(\.layer.name) == ["V"])
    #expect(imported.remarks == ["4 pooling and elementwise layers move data that is not counted"])
  }

  @Test func instances() throws {
    let text = Self.convolution.replacing("    renames", with: "    n_instances: 3\n    renames")
    #expect(try read(text).network.entries[0].count == 3)
    #expect(try read(text + "  n_instances: 4\n").network.entries[0].count == 12)
    #expect(
      message(text + "  n_instances: 400000\n")
        == "file:7: workload.einsums[0].n_instances: makes 1200000 instances; at most 1048576 are accepted")
  }

  /// A rank's size bounds the sum that indexes it, and what that leaves out is padding.
  @Test func ranksThatEndEarly() throws {
    let text = """
      workload:
        rank_sizes: {P: 8, Q: 9, H: 8, W: 11, C: 4, M: 5}
        einsums:
        - einsum: "O[m, p, q] = I[c, H: p + r, W: q + s] * F[m, c, r, s]"
          iteration_space_shape: [0 <= r < 3, 0 <= s < 3]
      """
    let imported = try read(text)
    let layer = try #require(imported.network.entries.first).layer
    #expect(sizes(layer) == [1, 1, 5, 4, 8, 9, 3, 3])
    #expect(layer.vertical.inputSize == 8 && layer.vertical.paddingAfter == 2 && layer.vertical.paddingBefore == 0)
    #expect(layer.horizontal.inputSize == 11 && layer.horizontal.paddingAfter == 0)
    #expect(
      imported.remarks == [
        "1 layer reaches beyond the sizes of ranks: MACs there, which AccelForge leaves out, count as MACs on padding"
      ])
    // Without a bound of its own an output has as many rows as its inputs.
    let unbounded = try only(text.replacing("P: 8, Q: 9, ", with: ""))
    #expect(sizes(unbounded) == [1, 1, 5, 4, 8, 11, 3, 3])
  }

  @Test func oldKeys() throws {
    let layer = try only(
      """
      workload:
        version: "0.5"
        shape: {p: 0 <= p < 5, r: 0 <= r < 3, m: 0 <= m < 4}
        einsums:
        - name: conv
          tensor_accesses:
          - {name: I, projection: { C: c, H: p+r }}
          - {name: W, projection: [ m, c, r ]}
          - {name: O, projection: [ m, p ], output: True}
          shape: [0 <= c < 2]
      """)
    #expect(sizes(layer) == [1, 1, 4, 2, 5, 1, 3, 1])
    #expect(layer.vertical.inputSize == 7 && layer.horizontal.inputSize == 1)
  }

  private static func product(_ einsum: String, shape: String = "0 <= m < 7") -> String {
    """
    workload:
      rank_sizes: {K: 3, N: 5}
      einsums:
      - einsum: "\(einsum)"
        iteration_space_shape: [\(shape)]
    """
  }

  private static let notRead: [(String, String)] = [
    (product("Z[m, n] = A[m, k] * B[k, n] * C[n]"), "it has 3 inputs; 2 can be read"),
    (product("Z[m, n] = A[m, j] * B[j, n]"), "dimension j has no size"),
    (product("Z[m, n] = A[M: m-1, k] * B[k, n]"), "the index 'm-1' is no sum of products"),
    (
      product("Z[m, n] = A[M: m+1, k] * B[k, n]"),
      "its inputs have the index m+1, which starts beyond 0"
    ),
    (
      product("Z[m, n] = A[m, k] * B[k, n]", shape: "1 <= m < 7"),
      "the bound '1 <= m < 7' is not of the form 0 <= p < 224"
    ),
    (
      product("Z[m, n] = A[m, k] * B[k, n]", shape: "0 < m < 7"),
      "the bound '0 < m < 7' is not of the form 0 <= p < 224"
    ),
    (
      product("Z[m, n] = A[m, k] * B[k, n]", shape: "0 <= m < n"),
      "the bound '0 <= m < n' is not of the form 0 <= p < 224"
    ),
    (
      product("Z[m, n] = A[m, k] * B[k, n]", shape: "0 <= m < 2000000"),
      "dimension m is 2000000; at most 1048576 is accepted"
    ),
  ]

  @Test(arguments: notRead)
  func unresolved(text: String, expected: String) throws {
    #expect(try reason(text) == expected)
  }

  /// What published templates have: defaults, sums and products, and texts with variables.
  private static let template = """
    {%- set HEADS = 4 -%}
    workload:
      rank_sizes:
        {% set BATCH_SIZE = BATCH_SIZE | default(1) %}
        {% set N_TOKENS = N_TOKENS|default(16) %}   # context
        B: {{BATCH_SIZE}}
        M: {{ N_TOKENS }}
        P: {{N_TOKENS + (N_NEW | default(2*2)) - 1 * 0}}
        H: {{HEADS}}
        E: 96*2 # {{no variable}}
      bits_per_value: {All: {{ BITS | default(8) }}}
      {# no comment of YAML #}
      einsums:
      {% set CACHE = "K_cache" %}
      - einsum: "QK[b, m, p, h] = Q[b, m, h, e] * {{CACHE}}[b, p, h, e]"
        renames: {input: Q}

    """

  @Test func templates() throws {
    let imported = try read(Self.template)
    #expect(sizes(imported.network.entries[0].layer) == [1, 4, 20, 192, 16, 1, 1, 1])
    #expect(imported.widths == WordWidths(.byte))
    #expect(imported.symbolicDimensions == ["BATCH_SIZE", "N_TOKENS", "N_NEW", "BITS"])
    #expect(
      imported.remarks.last
        == "the template's variables have their defaults BATCH_SIZE=1, N_TOKENS=16, N_NEW=4, BITS=8; --dim gives others"
    )
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("template \(UUID()).yaml").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    try TextFile.write(Self.template, to: file)
    let given = try WorkloadFile.read(file, dimensions: ["N_TOKENS": 32, "BATCH_SIZE": 2])
    #expect(sizes(given.network.entries[0].layer) == [1, 8, 36, 192, 32, 1, 1, 1])
    #expect(given.remarks.last == "the template's variables have their defaults N_NEW=4, BITS=8; --dim gives others")
  }

  @Test(arguments: [
    ("{{ N_TOKENS ** 2 }}", "'N_TOKENS ** 2' is not rendered here"), ("{{ x[0] }}", "'x[0]' is not rendered here"),
    ("{{ 4 if x else 5 }}", "'4 if x else 5' is not rendered here"), ("{{}}", "'' is not rendered here"),
    ("{{ 1 | int }}", "'1 | int' is not rendered here"), ("{{ 'a }}", "'{{' of a template is not closed"),
    ("{{ 9223372036854775807 + 1 }}", "9223372036854775807 + 1 is no whole number of 63 bits"),
    ("{{ 7 // 0 }}", "7 // 0 is no whole number of 63 bits"),
    ("{{ 'a' + 1 }}", "'a' is no whole number to calculate with"),
    ("{{ f(1) }}", "the function 'f' is not called here; render the file first, as its tool does"),
    ("{% set 4 = 5 %}", "the statement '{% set 4 = 5 %}' is not carried out here"),
    ("{% macro f(i) %}", "the statement '{% macro f(i) %}' is not carried out here"),
    (
      "{{ include() }}",
      "include has 0 arguments; a file's name and keys are expected, as in include('base.yaml', 'problem')"
    ),
    (
      "{{ include_text('a', 'b') }}",
      "include_text has 2 arguments; a file's name is expected, as in include_text('base.yaml')"
    ),
    ("{{ \(String(repeating: "(", count: 100))1 }}", "'((((((((((((((((((((((((((((((((("),
    ("{{ \(String(repeating: "1+", count: 1000))1 }}", "an expression of the template has 2003 bytes"),
  ])
  func templatesThatNeedCode(text: String, expected: String) {
    let said = message("workload:\n\n  einsums: \(text)\n")
    #expect(said.hasPrefix("file:3: \(expected)"), "\(said)")
  }

  @Test func quotients() throws {
    let text = Self.template.replacing("{{HEADS}}", with: "{{ (0 - 7) // 2 + HEADS * 2 }}")
    #expect(sizes(try read(text).network.entries[0].layer)[1] == 4)
  }

  /// Lists under the same key are joined by `<<<`, as AccelForge joins them, and `!nomerge` keeps them.
  @Test func mergedLists() throws {
    func layers(_ tag: String, _ key: String = "<<<") throws -> [String] {
      let text = """
        base: &base
          rank_sizes: {M: 2, K: 3, N: 5}
          einsums: ["Z[m, n] = A[m, k] * B[k, n]"]
        workload:
          \(key): *base
          rank_sizes: {K: 7}
          einsums: \(tag)["Y[m, n] = Z[m, k] * C[k, n]"]
        """
      return try read(text).network.entries.map { "\($0.layer.name) \($0.layer.macs)" }
    }
    #expect(try layers("") == ["Y 70", "Z 70"])
    #expect(try layers("!nomerge ") == ["Y 70"])
    #expect(
      message("workload:\n  <<: {einsums: []}\n  <<<: {}\n") == "file:3: a mapping has one merge key at most, << or <<<"
    )
  }

  private static let refused: [(String, String)] = [
    (
      "workload:\n  einsums:\n  {% for i in range(3) %}\n  - \"Z[m] = A[m]\"\n",
      "file:3: the statement '{% for i in range(3) %}' is not carried out here, only '{% set name = value %}' is: render the "
        + "file first, as the tool that it is for does"
    ),
    (
      "workload:\n  rank_sizes: {N: {{BATCH}}}\n  einsums: []\n",
      "file:2: the template's variable 'BATCH' has no value and no default; give one by --dim BATCH=1, or above by "
        + "{% set BATCH = 1 %}"
    ),
    ("workload: {}", "file:1: workload: the key 'einsums' is missing"),
    ("workload: {einsums: []}", "file: has no layers; at least one is expected"),
    (
      "workload: {einsums: [Z]}",
      "file:1: workload.einsums[0]: is 'Z'; an einsum is expected, as in Z[m, n] = A[m, k] * B[k, n]"
    ),
    (
      product("Z[m,,n] = A[m, k] * B[k, n]"),
      "file:4: workload.einsums[0].einsum: indexes Z by ''; a rank variable is expected, or Rank: sum"
    ),
    ("workload: {einsums: [{name: a}]}", "file:1: workload.einsums[0]: has neither 'einsum' nor 'tensor_accesses'"),
    (
      product("Z[m, n] = A[m, k] * B[k, n]").replacing("K: 3", with: "K: three"),
      "file:2: workload.rank_sizes.K: is no size; a whole number from 1 on is expected, or a product as 96*128"
    ),
  ]

  @Test(arguments: refused)
  func refusals(text: String, expected: String) {
    #expect(message(text) == expected)
  }

  @Test(.timeLimit(.minutes(1)), arguments: seeds(0..<3))
  func damaged(seed: Int) {
    for text in [Self.convolution, Self.chain, Self.template] {
      Damage.check(text, seed: seed, edits: 300) { _ = try AccelForgeWorkload.parse($0, origin: "file") }
    }
  }
}
