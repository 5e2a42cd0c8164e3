import Foundation
import TareCore
import TareTesting
import Testing

/// `tare train-adapter` from outside.
@Suite struct TrainAdapterTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// 30 pairs of which one response ends in `chosen`, the other in `rejected`.
  private func pairs(_ name: String, _ chosen: String, _ rejected: String) throws -> String {
    let words = ["red", "blue", "seven", "sings", "slowly", "bird"]
    let lines = (0..<30).map { index in
      let text = "\(words[index % 6]) \(words[(index / 6 + 2) % 6])"
      return """
        {"id": "\(name)-\(index)", "prompt": "\(name) \(index)", "chosen": "\(text) \(chosen)", \
        "rejected": "\(text) \(rejected)"}

        """
    }
    return try folder.file("\(name).jsonl", Data(lines.joined().utf8))
  }

  @Test(.enabled(if: ParityCheckpoints.isHere, "needs ../shared"), arguments: ["llama3", "qwen2"])
  func `an adapter learns the pairs, and tare scores with it`(family: String) throws {
    let model = try ParityCheckpoints.folder(family).path
    // Told apart by their lengths: the tiny models have one embedding for most words.
    let first = try pairs("one", "yes", "no no no no no no")
    let second = try pairs("two", "up up up up up up", "down")
    let adapter = folder.path("adapter")
    let trained = try Program.run([
      "train-adapter", first, second, "--model", model, "--output", adapter, "--layers", "1",
      "--targets", "all", "--update", "replay:0.5", "--epochs", "20", "--learning-rate", "0.01",
      "--json",
    ])
    try #require(trained.status == 0, "\(trained.error)")
    let json = try JSONValue(parsing: trained.output)
    #expect(json["domains"]?.array?.map { $0["pairs"] } == [30, 30])
    let stages = json["accuracy_after_stage"]?.array?.map {
      $0.array?.compactMap { $0["accuracy"]?.double } ?? []
    }
    #expect((stages?.first?.first ?? 0) > 0.7, "\(trained.output)")
    let losses = json["training_loss"]?.array?[0].array?.compactMap(\.double) ?? []
    #expect((losses.last ?? 1) < (losses.first ?? 0) / 2, "\(losses)")
    let scores = folder.path("scores.jsonl")
    let scored = try Program.run(["score", second, "--model", adapter, "-o", scores])
    try #require(scored.status == 0, "\(scored.error)")
    let evaluated = try Program.run(["evaluate", scores, "--json"])
    let accuracy = try JSONValue(parsing: evaluated.output)["overall"]?["accuracy"]?.double
    #expect((accuracy ?? 0) > 0.8, "\(evaluated.output)")
    // What is there is not written over.
    let again = try Program.run(["train-adapter", first, "--model", model, "--output", adapter])
    #expect(again.status == 64 && again.error.contains("new or empty folder"), "\(again.error)")
  }

  @Test(arguments: [
    (["--update", "migu"], "migu:T"), (["--update", "most"], "update rule"),
    (["--rank", "0"], "1 to 1024"), (["--targets", "q_proj,w"], "q_proj, k_proj"),
    (["--epochs", "0"], "1 to 10000"), (["--learning-rate", "2"], "up to 1"),
    (["--layers", "0"], "1 or more"), (["--batch-size", "0"], "1 to 100000"),
    (["--alpha", "0"], "above 0"),
  ])
  func `wrong usage says what is accepted`(arguments: [String], mention: String) throws {
    let result = try Program.run(
      ["train-adapter", "a.jsonl", "--model", "none", "--output", folder.path("o")] + arguments)
    #expect(result.status == 64, "\(result.error)")
    #expect(result.error.contains(mention), "\(result.error)")
  }

  @Test func `a GGUF file is refused`() throws {
    let workshop = try Workshop(pairs: 2)
    let result = try Program.run([
      "train-adapter", workshop.pairs, "--model", workshop.model, "--output", folder.path("o"),
    ])
    #expect(result.status == 64, "\(result.error)")
    #expect(result.error.contains("found GGUF"), "\(result.error)")
  }
}
