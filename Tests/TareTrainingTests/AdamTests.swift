import Foundation
import TareCore
import TareTesting
import TareTraining
import Testing

@Suite struct AdamTests {
  /// The same formulas in another order of operations: some units in the last place.
  @Test func `four steps are those of the definition, also where a gradient is 0`() throws {
    let url = projectFolder.appending(path: "Tests/TareTrainingTests/Fixtures/adam.json")
    let json = try JSONValue(parsing: Data(contentsOf: url))
    func numbers(_ value: JSONValue?) throws -> [Double] {
      try #require(value?.array).compactMap(\.double)
    }
    let gradients = try #require(json["gradients"]?.array)
    let steps = try #require(json["steps"]?.array)
    var values = try numbers(json["start"])
    var adam = Adam(learningRate: try #require(json["rate"]?.double), sizes: [2, 3])
    #expect(steps.count == 4)
    for (gradient, wanted) in zip(gradients, steps) {
      adam.beginStep()
      adam.update(1, &values, try numbers(gradient))
      expectClose(values, try numbers(wanted), tolerance: 1e-15)
    }
  }
}
