/// What is read of a model, from outside: its own language-model head, another model's
/// probabilities, steps.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct HeadArgumentsTests {
  private let workshop: Workshop

  init() throws { workshop = try Workshop(pairs: 6) }

  private func scores(_ arguments: [String]) throws -> [Double] {
    let result = try Program.run(["score", workshop.pairs, "--model", workshop.model] + arguments)
    #expect(result.status == 0, "\(result.error)")
    return try result.output.split(separator: "\n").map { line in
      try #require(JSONValue(parsing: String(line))["score"]?.double)
    }
  }

  @Test func `the probability of yes is the logistic function of two logits' difference`() throws {
    let yes = try scores(["--head", "logit:a"])
    let no = try scores(["--head", "logit:b"])
    let probabilities = try scores(["--head", "yes-no:a,b"])
    #expect(!yes.isEmpty && yes.count == probabilities.count)
    for (index, probability) in probabilities.enumerated() {
      // Logits are float32 of size 10 or so: their difference is right to some 1e-6.
      #expect(abs(probability - 1 / (1 + exp(no[index] - yes[index]))) < 1e-5)
    }
  }

  @Test func `a model has no implicit reward against itself, and beta is a factor`() throws {
    #expect(try scores(["--reference", workshop.model]).allSatisfy { $0 == 0 })
    let other = try workshop.folder.file("other.gguf", TinyModel.gguf(seed: 2))
    let plain = try scores(["--reference", other])
    let scaled = try scores(["--reference", other, "--beta", "0.5"])
    #expect(plain.contains { abs($0) > 1e-3 })
    for (plain, scaled) in zip(plain, scaled) {
      #expect(abs(scaled - plain / 2) <= 1e-6 * abs(plain) + 1e-9)
    }
  }

  @Test func `every step that a rule names is scored, kept, and given out again`() throws {
    let input = try workshop.folder.file(
      "steps.jsonl", Data(#"{"prompt": "2+2?", "response": "one. two. three."}"#.utf8))
    let store = workshop.folder.path("steps.sqlite")
    // The tiny vocabulary has a token for each byte.
    let arguments = [
      "score", input, "--model", workshop.model, "--head", workshop.head, "--read", "step:.",
      "--steps-to-score", "mean", "--store", store, "--run", "steps",
    ]
    #expect(try Program.run(arguments).status == 0)
    let exported = workshop.folder.path("steps.out.jsonl")
    #expect(
      try Program.run(["runs", "export", "steps", exported, "--store", store]).status == 0)
    let row = try JSONValue(parsing: String(contentsOfFile: exported, encoding: .utf8))
    let steps = (row["steps"]?.array ?? []).compactMap { $0["score"]?.double }
    #expect(steps.count == 3)
    let mean = steps.reduce(0, +) / 3
    #expect(abs((row["score"]?.double ?? .nan) - mean) < 1e-6)
    // What goes out comes in again.
    let back = try Program.run([
      "runs", "import", exported, "--store", store, "--run", "again",
    ])
    #expect(back.status == 0, "\(back.error)")
    let twice = workshop.folder.path("again.jsonl")
    #expect(try Program.run(["runs", "export", "again", twice, "--store", store]).status == 0)
    let again = try JSONValue(parsing: String(contentsOfFile: twice, encoding: .utf8))
    #expect(again["steps"] == row["steps"])
  }

  @Test(arguments: [
    (["--head", "logit:no such token"], "no such token"),
    (["--head", "yes-no:a"], "yes-no:YES,NO"),
    (["--reference", "MODEL", "--head", "logit:a"], "--reference"),
    (["--head", "logit:a", "--output-index", "1"], "output index: expected 0 to 0, found 1"),
    (["--head", "logit:a", "--output-weights", "1,x"], "--output-weights"),
    (["--head", "logit:a", "--beta", "0", "--reference", "MODEL"], "--reference"),
    (["--read", "nowhere", "--head", "logit:a"], "nowhere"),
    (
      ["--template", "none", "--head", "logit:a"],
      "template: expected a file, plain, polar or one of the model's (default), found 'none'"
    ),
    (
      ["--buffers", "half", "--head", "logit:a"], "--buffers: expected float32, stored, found half"
    ),
  ])
  func `choices that make no sense are wrong usage`(arguments: [String], mention: String) throws {
    let arguments = arguments.map { $0 == "MODEL" ? workshop.model : $0 }
    let result = try Program.run(["score", workshop.pairs, "--model", workshop.model] + arguments)
    #expect(result.status == 64, "\(result.error)")
    #expect(result.error.contains(mention), "\(result.error)")
  }

  @Test func `another template can be given, and then the text is that one's`() throws {
    let template = try workshop.folder.file(
      "plain.jinja", Data("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}".utf8)
    )
    let result = try Program.run([
      "tokenize", workshop.pairs, "--model", workshop.model, "--template", template,
    ])
    let first = try JSONValue(parsing: String(result.output.split(separator: "\n")[0]))
    #expect(first["text"]?.string?.hasPrefix("user: ") == true)
  }
}
