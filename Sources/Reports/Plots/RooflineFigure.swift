public import Answers
import EnergyModel
import Foundation
import Interchange
import Mappings
import Workloads

/// A roofline: how many MACs per second layers come to, against how many they run for a bit that moves.
public enum RooflineFigure {
  private static let frame = (width: 340, height: 226)

  /// A dot for each layer on the roof of its machine, and a diamond where the lower bound on bits would let it be, unless that
  /// is the same place.
  ///
  /// - Parameters:
  ///   - name: what to name a file of it.
  ///   - title: one line above the picture.
  ///   - subtitle: the settings under which the mappings hold.
  ///   - answers: an answer for each layer, all for one accelerator.
  /// - Returns: the figure, or nil where no accelerator gives the rates.
  public static func figure(name: String, title: String, subtitle: String, answers: [Answer]) -> Figure? {
    guard let rates = answers.first?.accelerator?.throughput else { return nil }
    let layers = answers.compactMap { answer -> Layer? in
      guard let time = answer.time, time.total > 0, answer.traffic.total > .zero else { return nil }
      let macs = Double(answer.layer.macs)
      return Layer(
        answer: answer, time: time,
        attained: Figure.Point(x: macs / Double(answer.traffic.total.count), y: macs / time.total),
        bound: answer.leastMoved.flatMap { least in
          time.bound.map { Figure.Point(x: macs / Double(least.count), y: macs / $0) }
        })
    }
    let peak = rates.macsPerSecond
    let ridge = peak / rates.bandwidth
    let points = layers.flatMap { [$0.attained] + [$0.bound].compactMap(\.self) }
    guard !layers.isEmpty, let left = (points.map(\.x) + [ridge]).min(), let right = (points.map(\.x) + [ridge]).max()
    else { return nil }
    let (low, high) = (left / 2, right * 2)
    let rate = Quantity(name: "MACs per second", unit: "MAC/s")
    let y = rate.logarithmicAxis(from: low * rates.bandwidth / 2, to: peak * 2, ticks: 6)
    let x = Quantity(name: "MACs per bit moved", unit: "").logarithmicAxis(from: low, to: high, ticks: 6)
    var figure = Figure(
      name: name, title: title, subtitle: subtitle, frame: frame,
      margins: Figure.Margins(left: y.room, right: 22, top: 8, bottom: 44), x: x, y: y)
    let roof = [(low, low * rates.bandwidth), (ridge, peak), (high, peak)].map { Figure.Point(x: $0.0, y: $0.1) }
    figure.elements.append(.line(Figure.Line(roof, width: 2, colour: .ink, legend: "roof")))
    let bounds = layers.compactMap { layer in layer.bound.flatMap { $0.x > 1.01 * layer.attained.x ? $0 : nil } }
    if !bounds.isEmpty {
      figure.elements.append(
        .dots(Figure.Dots(bounds, shape: .diamond, diameter: 9, colour: .grey, legend: "at the lower bound on bits")))
    }
    for (limit, colour) in [(ExecutionTime.Limit.bandwidth, Colour.vermilion), (.compute, .blue)] {
      let own = layers.filter { $0.time.limit == limit }.map(\.attained)
      if own.isEmpty { continue }
      figure.elements.append(
        .dots(Figure.Dots(own, diameter: 7, colour: colour, legend: "limited by \(limit.rawValue)")))
    }
    for layer in layers {
      let above = layer.time.bound.map { ", at least \(TimeText.text($0)) for every schedule" } ?? ""
      figure.tips.append(
        Figure.Tip(
          x: layer.attained.x, y: layer.attained.y,
          "\(layer.answer.name): \(TimeText.text(layer.time.total)), limited by \(layer.time.limit.rawValue)\(above)"))
    }
    let waiting = layers.count { $0.time.limit == .bandwidth }
    figure.description =
      "\(layers.count) \(layers.count.form(of: "layer")), \(waiting) of them limited by bandwidth. Compute limits from "
      + "\(NumberText.fixed(ridge, decimals: 2)) MACs per bit on."
    figure.makeRoomForLegend()
    return figure
  }

  private struct Layer {
    let answer: Answer
    let time: ExecutionTime
    /// MACs per bit, and MACs per second.
    let attained: Figure.Point
    /// The same at the lower bound on bits.
    let bound: Figure.Point?
  }
}
