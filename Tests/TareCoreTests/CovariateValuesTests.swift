import TareCore
import Testing

@Suite struct CovariateValuesTests {
  @Test func `values are kept by name, however many`() {
    var values: CovariateValues = ["length": 3, "words": 1, "lines": 2]
    values["tokens"] = 4
    values["words"] = 5
    #expect(values["length"] == 3)
    #expect(values["words"] == 5)
    #expect(values["lines"] == 2)
    #expect(values["tokens"] == 4)
    #expect(values["digits"] == nil)
    #expect(values.names.sorted() == ["length", "lines", "tokens", "words"])
  }

  @Test(arguments: ["a", "b", "c", "d"])
  func `one that is taken out leaves the others`(name: String) {
    let all: CovariateValues = ["a": 1, "b": 2, "c": 3, "d": 4]
    var values = all
    values[name] = nil
    #expect(values.names.count == 3)
    for other in ["a", "b", "c", "d"] {
      #expect(values[other] == (other == name ? nil : all[other]))
    }
    values["missing"] = nil
    #expect(values.names.count == 3)
  }

  @Test func `order does not matter, names and values do`() {
    let values: CovariateValues = ["a": 1, "b": 2, "c": 3]
    #expect(values == ["c": 3, "a": 1, "b": 2])
    #expect(values.hashValue == (["c": 3, "a": 1, "b": 2] as CovariateValues).hashValue)
    #expect(CovariateValues(["b", "a"], 2, 1) == ["a": 1, "b": 2])
    #expect(values != ["a": 1, "b": 2, "c": 4])
    #expect(values != ["a": 1, "b": 2, "d": 3])
    #expect(values != ["a": 1, "b": 2])
    #expect(CovariateValues().isEmpty)
  }
}
