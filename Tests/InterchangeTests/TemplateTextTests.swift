import Interchange
import Mappings
import Testing
import Workloads

/// Templates in one line.
struct TemplateTextTests {
  @Test(arguments: [
    "k [weights] p q [inputs] c [outputs]", "k~ k~ [weights] q~ p [outputs] r%2 r [inputs]",
    "[inputs] [weights] [outputs] k:2~",
  ])
  func roundTrips(_ line: String) throws {
    let template = try NestText.parseTemplate(line, origin: "--template")
    #expect(NestText.text(template) == line)
    #expect(try NestText.parseTemplate("  \(line)\t", origin: "--template") == template)
  }

  /// A line of a mapping is a template without free loops.
  @Test func mappings() throws {
    let line = "k:20~ [outputs] c:1 r%2 [inputs] [weights]"
    let mapping = try NestText.parse(line, origin: "--nest")
    let nodes = mapping.nodes.map { node -> NestTemplate.Node in
      switch node {
      case .loop(let loop): .loop(loop)
      case .keep(let tensor): .keep(tensor)
      }
    }
    #expect(try NestText.parseTemplate(line, origin: "--template") == NestTemplate(nodes))
  }
}
