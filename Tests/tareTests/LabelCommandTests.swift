/// `tare label` from outside: answers on standard input, the store, the page and its file.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct LabelCommandTests {
  private let folder: TemporaryFolder
  private let table: String
  private let store: String

  /// Sixty prompts with a short and a long response; in forty the raw score chooses the long one, and the
  /// calibrated score the short one.
  init() throws {
    folder = try TemporaryFolder()
    var lines = ""
    for prompt in 0..<60 {
      for (isLong, text) in [(false, "short \(prompt)"), (true, "long \(prompt) words more")] {
        let row: JSONValue = [
          "prompt_id": .string("p\(prompt)"), "prompt": .string("question \(prompt)"),
          "response": .string(text), "score": .double(isLong ? 2 : 1),
          "calibrated": .double(isLong ? (prompt < 40 ? 0.5 : 1.5) : 1),
        ]
        lines += row.text() + "\n"
      }
    }
    table = try folder.file("scores.jsonl", Data(lines.utf8))
    store = folder.path("labels.sqlite")
  }

  private struct Labelled {
    let status: Int32
    let output: String
    let error: String
  }

  /// Runs the command, and answers each pair that it shows.
  ///
  /// - Parameter answer: gets the left and the right response.
  private func label(
    _ more: [String] = [], by labeller: String = "ann",
    _ answer: (_ left: String, _ right: String) -> String
  ) throws -> Labelled {
    let (input, output) = (Pipe(), Pipe())
    let errors = try folder.file("err-\(UUID().uuidString)", Data())
    let process = Process()
    process.executableURL = Program.executable
    process.arguments = ["label", table, "--store", store, "--labeller", labeller] + more
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    var (text, seen) = ("", 0)
    while true {
      let piece = output.fileHandleForReading.availableData
      if piece.isEmpty { break }
      text += String(decoding: piece, as: UTF8.self)
      let questions = text.components(separatedBy: "Which is better?").count - 1
      guard questions > seen else { continue }
      seen = questions
      let asked = text.components(separatedBy: "── 1 ──────\n").last ?? ""
      let sides = asked.components(separatedBy: "\n── 2 ──────\n")
      let left = sides.first ?? ""
      let right = sides.last?.components(separatedBy: "\n─").first ?? ""
      try input.fileHandleForWriting.write(contentsOf: Data((answer(left, right) + "\n").utf8))
    }
    process.waitUntilExit()
    return .init(
      status: process.terminationStatus, output: text,
      error: try String(contentsOfFile: errors, encoding: .utf8))
  }

  private func status(_ more: String...) throws -> JSONValue {
    let result = try Program.run(
      ["label", table, "--store", store, "--labeller", "ann", "--status", "--json"] + more)
    #expect(result.status == 0, "\(result.error)")
    return try JSONValue(parsing: result.output)
  }

  @Test func `labels that prefer the calibrated choice end with the verdict that it helps`() throws
  {
    let result = try label { left, _ in left.hasPrefix("short") ? "1" : "2" }
    #expect(result.status == 0, "\(result.error)")
    #expect(
      result.output.contains("different response in 40 of 60 prompts\n(66.7%)."), "\(result.output)"
    )
    #expect(result.output.contains("if the calibrated choice is better in"))
    #expect(result.output.contains("9 labelled, 31 left. Evidence"))
    #expect(result.output.contains("The correction helps. Better: calibrated 9, raw 0, tie 0."))
    // Nothing tells which response is which.
    let shown = result.output.components(separatedBy: "The correction helps")[0]
    #expect(!shown.contains("calibrated 1"))
    let lefts = shown.components(separatedBy: "── 1 ──────\n").dropFirst().map { $0.prefix(5) }
    #expect(Set(lefts).count == 2, "both kinds stand on the left: \(lefts)")
    let json = try status()
    #expect(json["test"]?["verdict"] == "helps")
    #expect(json["remaining"] == 31)
    #expect(json["labellers"]?.array?.first?["name"] == "ann")
  }

  @Test func `labels that prefer the raw choice end with the verdict that it harms`() throws {
    let result = try label { left, _ in left.hasPrefix("long") ? "1" : "2" }
    #expect(result.output.contains("The correction harms: use the raw scores."), "\(result.output)")
  }

  @Test func `a session continues where the last one ended, and takes labels back`() throws {
    var answers = ["t", "s", "nonsense", "1", "u", "2", "q"].makeIterator()
    let first = try label { _, _ in answers.next() ?? "q" }
    #expect(first.status == 0, "\(first.error)")
    let before = try status()
    #expect(before["test"]?["labels"] == 2)
    #expect(before["test"]?["ties"] == 1)
    #expect(before["labellers"]?.array?.first?["skipped"] == 1)
    let second = try label(["--limit", "1"]) { _, _ in "t" }
    #expect(second.status == 0)
    // The one that was skipped is not shown again to this person.
    let one = first.output.components(separatedBy: "question ").dropFirst().map { $0.prefix(2) }
    let next = second.output.components(separatedBy: "question ").dropFirst().map { $0.prefix(2) }
    #expect(next.count == 1)
    #expect(next.first == one.last)
    #expect(next.first != one.dropFirst().first)
    #expect(try status()["test"]?["labels"] == 3)
  }

  @Test func `two people's labels of the same pairs are compared`() throws {
    _ = try label(["--limit", "6"]) { _, _ in "1" }
    let result = try label(["--second"], by: "bo") { _, _ in "1" }
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.contains("ann and bo agree on"), "\(result.output)")
    let json = try status()
    // Each pair counts once.
    #expect(json["test"]?["labels"] == 6)
    let agreement = try #require(json["agreement"]?.array?.first)
    #expect(agreement["pairs"] == 6)
    #expect(agreement["labellers"] == ["ann", "bo"])
    // Sides are drawn for each person.
    #expect((agreement["same"]?.int ?? 6) < 6)
  }

  @Test func `exported labels are preference pairs, and another store takes them`() throws {
    _ = try label(["--limit", "5"]) { left, _ in left.hasPrefix("long") ? "1" : "2" }
    let file = folder.path("labels.jsonl")
    let exported = try Program.run([
      "label", table, "--store", store, "--labeller", "ann", "--export", file,
    ])
    #expect(exported.status == 0, "\(exported.error)")
    let rows = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
      .map { try JSONValue(parsing: String($0)) }
    #expect(rows.count == 5)
    for row in rows {
      #expect(row["chosen"]?.array?.first?["content"]?.string?.hasPrefix("long") == true)
      #expect(row["preferred"] == "raw")
      #expect(row["labeller"] == "ann")
      #expect(row["tie"] == false)
    }
    let other = folder.path("other.sqlite")
    let taken = try Program.run([
      "label", table, "--store", other, "--labeller", "bo", "--import", file, "--json",
    ])
    #expect(taken.status == 0, "\(taken.error)")
    let json = try JSONValue(parsing: taken.output)
    #expect(json["test"]?["raw_better"] == 5)
    #expect(json["labellers"]?.array?.first?["name"] == "ann")
    // The same file again changes nothing.
    let again = try Program.run([
      "label", table, "--store", other, "--labeller", "bo", "--import", file, "--json",
    ])
    #expect(try JSONValue(parsing: again.output)["test"] == json["test"])
  }

  @Test func `files that hold no labels of these pairs are refused`() throws {
    for (content, mention) in [
      ("{}", "line 1, label.first: expected 64 hexadecimal digits"), ("no JSON", "line 1"),
      (
        """
        {"labeller": "x", "labelled_at": "2026-11-30T16:00:00Z", "label": {"prompt": \
        "\(String(repeating: "0", count: 64))", "first": "\(String(repeating: "1", count: 64))", \
        "second": "\(String(repeating: "2", count: 64))", "verdict": "tie", "first_is_left": true}}
        """, "found labels of 1 other pairs"
      ),
    ] {
      let file = try folder.file("bad.jsonl", Data(content.utf8))
      let result = try Program.run([
        "label", table, "--store", store, "--labeller", "ann", "--import", file,
      ])
      #expect(result.status == 65, "\(content): \(result.error)")
      #expect(result.error.contains(mention), "\(content): \(result.error)")
    }
  }

  @Test func `scores without calibrated ones are refused`() throws {
    let plain = try folder.file(
      "plain.jsonl",
      Data(
        """
        {"prompt": "q", "response": "a", "score": 1}
        {"prompt": "q", "response": "b", "score": 2}

        """.utf8))
    let result = try Program.run([
      "label", plain, "--store", store, "--labeller", "ann", "--status",
    ])
    #expect(result.status == 65)
    #expect(result.error.contains("a column 'calibrated'"), "\(result.error)")
  }

  @Test func `the page does not know which response is which`() throws {
    let page = folder.path("page.html")
    let result = try Program.run([
      "label", table, "--store", store, "--labeller", "cy", "--page", page, "--limit", "4",
    ])
    #expect(result.status == 0, "\(result.error)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    for word in ["calibrated", "score", "http:", "https:"] {
      #expect(!html.contains(word), "\(word)")
    }
  }

  @Test(.enabled(if: Browser.isInstalled))
  func `labels given in a browser are taken`() async throws {
    let page = folder.path("page.html")
    let written = try Program.run([
      "label", table, "--store", store, "--labeller", "cy", "--page", page, "--limit", "4",
    ])
    #expect(written.status == 0, "\(written.error)")
    let browser = try await Browser.open(width: 1200)
    try await browser.go(to: URL(filePath: page))
    #expect(
      try await browser.run("return document.getElementById('place').textContent").string
        == "Pair 1 of 4")
    // Keys and buttons; one label is taken back.
    let saved = try await browser.run(
      """
      const press = (key) => dispatchEvent(new KeyboardEvent("keydown", { key }));
      for (let pair = 0; pair < 4; pair += 1) {
        const left = document.getElementById("left").textContent;
        if (pair === 1) { press("t"); press("u"); }
        if (pair === 3) document.getElementById("answer-skip").click();
        else press(left.startsWith("short") ? "1" : "2");
      }
      return decodeURIComponent(document.getElementById("save").href.split(",").slice(1).join(","));
      """)
    await browser.close()
    let text = try #require(saved.string)
    #expect(text.split(separator: "\n").count == 4)
    let file = try folder.file("from-page.jsonl", Data(text.utf8))
    let taken = try Program.run([
      "label", table, "--store", store, "--labeller", "ann", "--import", file, "--json",
    ])
    #expect(taken.status == 0, "\(taken.error)")
    let json = try JSONValue(parsing: taken.output)
    #expect(json["test"]?["calibrated_better"] == 3)
    #expect(json["test"]?["raw_better"] == 0)
    #expect(json["labellers"]?.array?.first?["skipped"] == 1)
  }
}
