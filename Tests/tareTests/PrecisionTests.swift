import Foundation
import TareCore
import TareTesting
import Testing

/// `--precision` from outside.
@Suite struct PrecisionTests {
  private static func scores(_ output: String) throws -> [Double] {
    try output.split(separator: "\n").map {
      try #require(JSONValue(parsing: String($0))["score"]?.double)
    }
  }

  @Test func `each precision has near scores of its own, which a store keeps apart`() throws {
    let workshop = try Workshop(pairs: 10)
    let store = workshop.folder.path("s.sqlite")
    var found: [String: [Double]] = [:]
    for precision in ["float32", "bfloat16", "int8"] {
      let result = try Program.run(workshop.score("--precision", precision))
      #expect(result.status == 0, "\(result.error)")
      found[precision] = try Self.scores(result.output)
      let kept = try Program.run(
        workshop.score("--precision", precision, "--store", store, "--run", precision))
      #expect(kept.status == 0, "\(kept.error)")
      #expect(kept.output.contains("scored 20 of 20 responses"))
      let exported = try Program.run(["runs", "export", precision, "-", "--store", store])
      #expect(try Self.scores(exported.output) == found[precision])
    }
    let exact = try #require(found["float32"])
    let spread = (exact.max() ?? 0) - (exact.min() ?? 0)
    for precision in ["bfloat16", "int8"] {
      let scores = try #require(found[precision])
      #expect(scores != exact)
      // Far less than scores differ from each other; int8 has some four times bfloat16's steps.
      let limit = spread * (precision == "int8" ? 0.2 : 0.05)
      #expect(zip(scores, exact).allSatisfy { abs($0 - $1) < limit })
    }
    // A run is of one precision.
    let other = try Program.run(
      workshop.score("--precision", "int8", "--store", store, "--run", "float32"))
    #expect(other.status == 64)
    #expect(other.error.contains("precision"))
  }

  @Test func `an unknown precision is refused with those that there are`() throws {
    let workshop = try Workshop(pairs: 1)
    let result = try Program.run(workshop.score("--precision", "fp4"))
    #expect(result.status == 64)
    #expect(result.error.contains("float32, bfloat16, int8"))
  }

  @Test func `what texts share is reported`() throws {
    let workshop = try Workshop(pairs: 10)
    let store = workshop.folder.path("s.sqlite")
    let result = try Program.run(workshop.score("--store", store, "--run", "r", "--json"))
    let json = try JSONValue(parsing: result.output)
    let (tokens, computed) = (json["tokens"]?.int ?? 0, json["computed_tokens"]?.int ?? 0)
    #expect(computed > 0 && computed < tokens)
    #expect(json["shared_tokens"]?.int == tokens - computed)
  }

  @Test func `a benchmark has a table for each precision`() throws {
    let workshop = try Workshop(pairs: 1)
    let result = try Program.run([
      "bench", "--model", workshop.model, "--precision", "float32", "--precision", "int8", "--json",
    ])
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONValue(parsing: result.output)
    for precision in ["float32", "int8"] {
      let speed = json["precisions"]?[precision]
      for key in ["tokens_per_second", "effective_gflops", "limit_gflops", "share_of_limit"] {
        #expect((speed?[key]?.double ?? 0) > 0, "\(key)")
      }
    }
    #expect(json["precisions"]?["bfloat16"] == nil)
    #expect((json["stored_per_second"]?.double ?? 0) > 0)
  }
}
