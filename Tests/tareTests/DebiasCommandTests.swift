/// `tare debias` from outside: a head without the direction of an edit.
import Foundation
import TareCore
import TarePipeline
import TareTesting
import Testing

@Suite struct DebiasCommandTests {
  /// A head that was trained to prefer responses with an edit.
  private func loving(_ key: String, _ workshop: Workshop) throws -> String {
    let probe = try TextProbes.registry.entry(for: key)
    var lines = ""
    for row in try String(contentsOfFile: workshop.pairs, encoding: .utf8).split(separator: "\n") {
      let json = try JSONValue(parsing: String(row))
      let text = try #require(json["chosen"]?.string)
      let question = json["prompt"]?.string ?? ""
      guard
        let edited = TextProbes.edit(text, prompt: [.user(question)], by: probe, seed: 1)
      else { continue }
      let pair: JSONValue = [
        "prompt": .string(question), "chosen": .string(edited), "rejected": .string(text),
      ]
      lines += pair.text() + "\n"
    }
    let pairs = try workshop.folder.file("edited.jsonl", Data(lines.utf8))
    let head = workshop.folder.path("loving.safetensors")
    let trained = try Program.run([
      "train-head", pairs, "--model", workshop.model, "--date", "2026-11-23", "--output", head,
    ])
    #expect(trained.status == 0, "\(trained.error)")
    return head
  }

  @Test func `the saved head no longer follows the edit, and scores like any other head`() throws {
    let workshop = try Workshop(pairs: 40)
    let output = workshop.folder.path("without.safetensors")
    let loving = try loving("padding", workshop)
    let arguments = [
      workshop.pairs, "--model", workshop.model, "--date", "2026-11-23", "--head",
    ]
    let result = try Program.run(
      ["debias"] + arguments + [loving, "--probe", "padding", "--output", output, "--json"])
    #expect(result.status == 0, "\(result.error)")
    let json = try JSONValue(parsing: result.output)
    let heldOut = try #require(json["held_out"]?.array)
    #expect(
      heldOut.compactMap { $0["scores"]?.string }.prefix(4) == [
        "head as it was", "mean", "logistic", "leace",
      ])
    func effect(_ name: String) throws -> Double {
      let found = heldOut.first { $0["scores"]?.string == name }
      return abs(try #require(found?["effect"]?.double))
    }
    for method in ["mean", "leace"] {
      #expect(try effect(method) < effect("head as it was"), "\(method): \(result.output)")
    }
    #expect(heldOut.allSatisfy { ($0["pairs"]?.int ?? 0) > 5 })
    // The file is a head: the program's own probe finds less of the edit in its scores.
    func probed(_ head: String) throws -> Double {
      let result = try Program.run(
        ["probe"] + arguments + [head, "--probe", "padding", "--json"])
      #expect(result.status == 0, "\(result.error)")
      let probes = try JSONValue(parsing: result.output)["probes"]?.array
      return abs(try #require(probes?.first?["effect_in_margins"]?.double))
    }
    #expect(try probed(output) < probed(loving))
  }

  @Test func `a probe or a method that there is not is refused by name`() throws {
    let workshop = try Workshop(pairs: 2)
    func error(_ more: [String]) throws -> Program.Result {
      try Program.run(
        [
          "debias", workshop.pairs, "--model", workshop.model, "--head", workshop.head, "--output",
          workshop.folder.path("o.safetensors"),
        ] + more)
    }
    let probe = try error(["--probe", "none"])
    #expect(probe.status == 64)
    #expect(probe.error.contains("padding"), "\(probe.error)")
    let method = try error(["--probe", "padding", "--method", "none"])
    #expect(method.status == 64)
    #expect(method.error.contains("expected mean, logistic, leace, found none"))
    let few = try error(["--probe", "padding"])
    #expect(few.status == 65)
    #expect(few.error.contains("at least 10"), "\(few.error)")
  }
}
