import Testing

@testable import Reports

struct AxisTests {
  private let energy = Quantity(name: "data energy", unit: "pJ")

  @Test func manyDecadesHavePowersOfTen() {
    let axis = energy.logarithmicAxis(from: 2e3, to: 3e10, ticks: 7)
    #expect(axis.ticks.map(\.label) == ["10 nJ", "100 nJ", "1 µJ", "10 µJ", "100 µJ", "1 mJ", "10 mJ"])
    #expect(axis.ticks.map(\.position) == [1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10])
  }

  @Test func twoDecadesHaveOneTwoFive() {
    let axis = Quantity(name: "moved", unit: "bit").logarithmicAxis(from: 3e5, to: 6e6, ticks: 7)
    #expect(axis.ticks.map(\.label) == ["500 kbit", "1 Mbit", "2 Mbit", "5 Mbit"])
  }

  @Test func lessThanADecadeHasFinerTicks() {
    let axis = Quantity(name: "moved", unit: "bit").logarithmicAxis(from: 8.9e6, to: 1.14e7, ticks: 7)
    #expect(axis.ticks.count >= 3)
    #expect(axis.ticks.map(\.label).contains("9.5 Mbit"))
    #expect(axis.ticks.allSatisfy { (8.9e6...1.14e7).contains($0.position) })
  }

  @Test func unknownUnitsHavePowers() {
    let axis = Quantity(name: "cost", unit: "toads").logarithmicAxis(from: 1e5, to: 1e9, ticks: 7)
    #expect(axis.ticks.map(\.label) == ["10⁵", "10⁶", "10⁷", "10⁸", "10⁹"])
    #expect(axis.title == "cost [toads]")
    #expect(Quantity(name: "cost", unit: "toads").linearAxis(to: 4e7, ticks: 4).title == "cost [10⁶ toads]")
  }

  @Test func linearAxesBeginAtZeroInOneUnit() {
    let axis = energy.linearAxis(to: 6.2e9, ticks: 5)
    #expect(axis.title == "data energy [mJ]")
    #expect(
      axis.ticks.map(\.label) == ["0", "2", "4", "6"] || axis.ticks.map(\.label) == ["0", "1", "2", "3", "4", "5", "6"])
    #expect(axis.ticks.last?.position == 6e9)
    #expect(energy.linearAxis(to: 0, ticks: 5).ticks.first?.position == 0)
  }

  @Test func valuesHaveThreeDigits() {
    #expect(energy.text(999.6e3) == "1 µJ")
    #expect(energy.text(0) == "0 J")
    #expect(Quantity(name: "", unit: "bit").text(369_829_184) == "370 Mbit")
    #expect(Quantity(name: "", unit: "bit").text(7) == "7 bit")
  }

  @Test func capacitiesAreAtPowersOfTwo() {
    let axis = CapacityAxis.axis(from: 64, to: Double(8 << 20), width: 350)
    #expect(axis.ticks.map(\.label) == ["256 B", "4 KiB", "64 KiB", "1 MiB"])
    #expect(CapacityAxis.axis(from: 1024, to: Double(4 << 20), width: 350).ticks.count == 7)
  }

  @Test func capacitiesOnLessThanAnOctaveAreRound() {
    let axis = CapacityAxis.axis(from: 66.0 * 1024, to: 91 * 1024, width: 350)
    #expect(axis.ticks.map(\.label) == ["70 KiB", "75 KiB", "80 KiB", "85 KiB", "90 KiB"])
  }

  @Test func capacitiesBelowAByteAreInBits() {
    #expect(CapacityAxis.axis(from: 0.25, to: 64, width: 350).ticks.first?.label == "2 bit")
  }

  @Test func fractionsAndValuesAreInverse() {
    let axis = Figure.Axis(title: "", scale: .logarithmic, from: 8, to: 0.5, ticks: [])
    #expect(axis.fraction(8) == 0 && axis.fraction(0.5) == 1 && axis.fraction(2) == 0.5)
    #expect(axis.value(at: 0.75) == 1)
  }
}
