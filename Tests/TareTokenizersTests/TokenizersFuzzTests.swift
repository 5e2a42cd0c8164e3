/// Tokenizer files with changed bytes.
import Foundation
import TareCore
import TareTesting
import TareTokenizers
import Testing

@Suite struct TokenizersFuzzTests {
  private static let texts = ["Hello, world's 42 caf\u{E9}s!  \n\n\u{65E5}\u{672C}\u{1F642}", ""]

  private static func files() -> [[UInt8]] {
    let all = try? Fixtures.load("tokenizers.json")["tokenizers"]?.array
    return (all ?? []).compactMap { $0["tokenizer"].map { Array($0.text().utf8) } }
  }

  private static func pieces() -> [[UInt8]] {
    let all = try? Fixtures.load("sentencepiece.json")["models"]?.array
    return (all ?? []).compactMap { $0["model"]?.string.flatMap { Data(base64Encoded: $0) } }
      .map { Array($0) }
  }

  private static func use(_ tokenizer: Tokenizer) throws {
    for text in texts {
      let ids = try tokenizer.encode(text, addSpecialTokens: true)
      for id in ids where !(0..<tokenizer.count).contains(Int(id)) {
        throw TareError.fault("the id \(id) of \(tokenizer.count)")
      }
      _ = try tokenizer.decode(ids, skipSpecialTokens: false)
      _ = try tokenizer.encode(text, pair: text, limit: 9)
    }
  }

  private static let targets = [
    FuzzTarget(
      "tokenizer.json", seeds: files(),
      words: [
        "\"Regex\":\"(a+)+$\"", "\"normalizer\":", "\"Split\"", "\"Replace\"", "\"NFKC\"",
        "\"BPE\"",
        "\"Metaspace\"", "\"ByteLevel\"", "(?:", "\\\\p{L}+", "*?", "{2,9}", "(?=", "[^\\\\s]",
      ], rounds: 300
    ) { try use(Tokenizer(json: $0, config: nil)) },
    FuzzTarget("tokenizer.model", seeds: pieces(), rounds: 500) {
      try use(Tokenizer(sentencePiece: $0, config: nil))
    },
    FuzzTarget(
      "pattern",
      seeds: ["(?i:'s|'t)|[^\\r\\n\\p{L}]?\\p{L}+|\\s+(?!\\S)", "(?<=a)b{2,5}?|[a-z&&[^x]]++"].map {
        Array($0.utf8)
      },
      words: [
        "(?:", "(?=", "(?<!", "(?>", "\\p{L}", "{2,9}", "*?", "++", "[^", "|", "\\b", "(?i)",
      ],
      rounds: 500
    ) { bytes in
      let pattern = try Pattern(String(decoding: bytes, as: UTF8.self))
      let text = Array((texts[0] + String(repeating: "ab", count: 200)).utf8)
      var budget = PatternBudget(bytes: text.count)
      var end = 0
      try pattern.forEachMatch(in: text.span, 0..<text.count, &budget) { end = $0.upperBound }
      guard end <= text.count else { throw TareError.fault("a match past the text") }
    },
  ]

  @Test(.timeLimit(.minutes(90)), arguments: targets)
  func `changed tokenizer files are read or refused`(target: FuzzTarget) async throws {
    let outcome = try await target.run()
    #expect(outcome.faults.isEmpty)
    #expect(outcome.isRead > 0 && outcome.refused > 0, "\(outcome)")
  }
}
