import Answers
import EnergyModel
import Mappings

/// What answers that can be compared have in common, whatever their capacities.
struct Study: Hashable {
  /// Widths, prices and rules, without the Buffer's own energy, which differs with the capacity.
  let setting: Problem.Setting
  /// The accelerator, where one was named.
  let accelerator: Accelerator.Identity?

  /// What an answer has in common with others.
  init(_ answer: Answer) { (setting, accelerator) = (answer.setting.withoutBuffer, answer.accelerator) }

  /// It in words.
  var text: String { (accelerator.map { "accelerator \($0.name), " } ?? "") + setting.text }

  /// The parts of names of files.
  var fileNames: [String] { (accelerator.map { [$0.name] } ?? []) + setting.fileNames }
}
