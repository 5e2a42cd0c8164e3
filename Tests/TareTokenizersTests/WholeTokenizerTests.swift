/// Small tokenizer.json files of every kind, against the `tokenizers` library.
import TareCore
import TareTokenizers
import Testing

@Suite struct WholeTokenizerTests {
  private static let names = [
    "byte-level BPE", "byte-level BPE that keeps whole tokens", "BPE without words",
    "BPE that fuses unknown characters", "BPE with some bytes", "BPE with some bytes, fused",
    "BPE without an unknown token", "BPE with affixes", "Unigram", "Unigram with bytes",
    "Unigram with words at the start alone", "WordPiece", "WordLevel",
  ]

  /// The reference of that name, its tokenizer, and the texts of all.
  private func load(_ name: String) throws -> (JSONValue, Tokenizer, [String]) {
    let fixture = try Fixtures.load("tokenizers.json")
    let all = try #require(fixture["tokenizers"]?.array)
    #expect(all.compactMap { $0["name"]?.string } == Self.names)
    let reference = try #require(all.first { $0["name"]?.string == name })
    let json = Array(try #require(reference["tokenizer"]).text().utf8)
    return (
      reference, try Tokenizer(json: json, config: nil), try Fixtures.strings(fixture["texts"])
    )
  }

  @Test(arguments: names)
  func `texts are encoded as by the tokenizers library`(name: String) throws {
    let (reference, tokenizer, texts) = try load(name)
    let expected = try #require(reference["ids"]?.array)
    #expect(texts.count == expected.count)
    for (text, wanted) in zip(texts, expected) {
      let wanted = try Fixtures.ids(wanted)
      let found = try tokenizer.encode(text, addSpecialTokens: false)
      #expect(found == wanted, "\(name) on \(text.debugDescription)")
    }
  }

  @Test(arguments: names)
  func `ids are decoded as by the tokenizers library`(name: String) throws {
    let (reference, tokenizer, _) = try load(name)
    let rows = try #require(reference["ids"]?.array)
    for (row, wanted) in zip(rows, try Fixtures.strings(reference["decoded"])) {
      let ids = try Fixtures.ids(row)
      let found = try tokenizer.decode(ids, skipSpecialTokens: true)
      #expect(
        found.utf8.elementsEqual(wanted.utf8),
        "\(name) on \(ids): found \(found.debugDescription), wanted \(wanted.debugDescription)")
    }
  }

  @Test(arguments: names)
  func `one text and two get their special tokens`(name: String) throws {
    let (reference, tokenizer, texts) = try load(name)
    let single = try tokenizer.encode(texts[texts.count - 1], addSpecialTokens: true)
    #expect(try single == Fixtures.ids(reference["single"]))
    let (ids, typeIDs) = try tokenizer.encode(texts[texts.count - 1], pair: texts[texts.count - 2])
    #expect(try ids == Fixtures.ids(reference["pair"]))
    #expect(try typeIDs == Fixtures.ids(reference["types"]))
  }
}
