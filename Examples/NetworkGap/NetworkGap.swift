// The least energy found for each layer of a network, and how far that is above a lower bound for every schedule, as a
// table in CSV: NetworkGap TABLE CAPACITY, a layer table in YAML or the name of a built-in network, and a size as in 64KiB.
import EnergyModel
import Foundation
import Interchange
import LowerBounds
import MappingSearch
import Mappings
import Workloads

@main
struct NetworkGap {
  static func main() {
    do {
      guard CommandLine.arguments.count == 3 else { throw Failure(description: "usage: NetworkGap TABLE CAPACITY") }
      let network = try BuiltIn.network(nameOrFile: CommandLine.arguments[1], origin: "TABLE")
      let capacity = try CapacityText.parse(CommandLine.arguments[2], origin: "CAPACITY")
      try report(network, capacity, BuiltIn.energyModel(nameOrFile: "horowitz-45nm-int8"))
    } catch {
      print("\(error)")
      exit(EXIT_FAILURE)
    }
  }

  /// Prints a row for each layer and one for all, each as often as the network has it.
  static func report(_ network: Network, _ capacity: Bits, _ model: EnergyModel) throws {
    let setting = Problem.Setting(widths: model.widths ?? WordWidths(.byte), energyModel: model)
    print("layer,energy_\(model.unit),gap_percent,bound")
    var (energies, bounds) = (0.0, 0.0)
    for layer in network.wholes {
      // A layer that is given in parts has one bound, for all of them together; here they run one after the other.
      let problems = try layer.problems(in: setting)
      let bound = LowerBounds(problems).best(capacity: capacity)
      var energy = 0.0
      for problem in problems {
        guard let optimum = Optimizer(problem).optimum(capacity: capacity) else {
          throw Failure(description: "\(problem.layer.name) does not fit \(CapacityText.text(capacity))")
        }
        energy += optimum.energy.total
      }
      guard let least = bound.energy(of: problems) else {
        throw Failure(description: "the energy of \(layer.name) is too large")
      }
      let text = String(format: "%.1f", energy)
      print("\(layer.name),\(text),\(gap(energy, above: least.total)),\(bound.family.rawValue)")
      energies += Double(layer.count) * energy
      bounds += Double(layer.count) * least.total
    }
    print("total,\(String(format: "%.1f", energies)),\(gap(energies, above: bounds)),sum")
  }

  static func gap(_ energy: Double, above bound: Double) -> String {
    String(format: "%.1f", 100 * (energy / bound - 1))
  }
}

struct Failure: Error, CustomStringConvertible {
  let description: String
}
