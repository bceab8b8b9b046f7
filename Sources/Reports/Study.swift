import Answers
import EnergyModel
import Interchange
public import Mappings

/// What answers that can be compared have in common, whatever their capacities.
struct Study: Hashable {
  /// Widths, prices and rules, without the Buffer's own energy, which differs with the capacity.
  let setting: Problem.Setting
  /// The accelerator, where one was named.
  let accelerator: Accelerator.Identity?
  /// The template that alone was searched, if one was.
  let template: NestTemplate?

  /// What an answer has in common with others.
  init(_ answer: Answer) {
    (setting, accelerator, template) = (answer.setting.withoutBuffer, answer.accelerator, answer.template)
  }

  /// It in words.
  var text: String {
    (accelerator.map { "accelerator \($0.name), " } ?? "") + setting.text + (templateText.map { ", \($0)" } ?? "")
  }

  /// The rules of reuse, of the Buffer and of what is searched, in words.
  var rulesText: String { ([setting.rulesText] + [templateText].compactMap(\.self)).joined(separator: ", ") }

  private var templateText: String? { template?.words }

  /// The parts of names of files.
  var fileNames: [String] {
    (accelerator.map { [$0.name] } ?? []) + setting.fileNames + (templateText.map { [$0] } ?? [])
  }
}

extension NestTemplate {
  /// It in words.
  public var words: String { "template \(NestText.text(self))" }
}
