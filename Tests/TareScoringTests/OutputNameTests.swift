/// Outputs of a head by their names.
import Foundation
import TareCore
import TareEngine
import TareScoring
import Testing

@Suite struct OutputNameTests {
  private let config = ModelConfig([
    "id2label": ["0": "helpfulness", "1": "verbosity", "2": "verbosity", "10": "coherence"]
  ])

  @Test func `a label is the output that has it`() throws {
    #expect(try OutputChoice(named: "helpfulness", in: config) == .index(0))
    #expect(try OutputChoice(named: "coherence", in: config) == .index(10))
  }

  @Test(arguments: ["Helpfulness", "", "verbosity"])
  func `a name that no output has, or two have, is a usage error`(name: String) throws {
    let error = #expect(throws: TareError.self) {
      try OutputChoice(named: name, in: config)
    }
    #expect(error?.exitCode == 64)
  }

  @Test func `margin is the second probability less the first, unless a label is called so`() throws
  {
    #expect(try OutputChoice(named: "margin", in: ModelConfig([:])) == .margin)
    let own = ModelConfig(["id2label": ["0": "other", "1": "margin"]])
    #expect(try OutputChoice(named: "margin", in: own) == .index(1))
    for logits in [[0.3, 1.9], [-2, -2], [90, -90]] as [[Float]] {
      let (first, second) = (Double(logits[0]), Double(logits[1]))
      let top = max(first, second)
      let (a, b) = (exp(first - top), exp(second - top))
      let wanted = (b - a) / (a + b)
      #expect(abs(Double(OutputChoice.margin.score(logits)) - wanted) < 1e-6)
    }
  }
}
