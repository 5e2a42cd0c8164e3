/// Every normaliser, pre-tokeniser and decoder of tokenizer.json, against the `tokenizers` library.
import TareCore
import TareTokenizers
import Testing

@Suite struct TokenizerPartsTests {
  private func part(_ reference: JSONValue) throws -> Part {
    Part(try #require(reference["part"]?.object), place: "part")
  }

  /// Whether two texts are the same scalars; `==` holds for texts that merely look the same.
  private func isSame(_ first: String, _ second: String) -> Bool {
    first.utf8.elementsEqual(second.utf8)
  }

  @Test func `normalizers rewrite texts as the tokenizers library does`() throws {
    let fixture = try Fixtures.load("parts.json")
    let texts = try Fixtures.strings(fixture["texts"])
    for reference in try #require(fixture["normalizers"]?.array) {
      let part = try part(reference)
      let normalizer = try Normalizers.make(part)
      for (text, wanted) in zip(texts, try Fixtures.strings(reference["texts"])) {
        var found = NormalizedText(text)
        try normalizer.normalize(&found)
        let name = JSONValue.object(part.object).text().prefix(100)
        #expect(
          isSame(found.text, wanted),
          "\(name) on \(text.debugDescription): found \(found.text.debugDescription)")
      }
    }
  }

  @Test func `pre-tokenizers cut texts as the tokenizers library does`() throws {
    let fixture = try Fixtures.load("parts.json")
    let texts = try Fixtures.strings(fixture["texts"])
    for reference in try #require(fixture["pre_tokenizers"]?.array) {
      let part = try part(reference)
      let preTokenizer = try PreTokenizers.make(part)
      for (text, wanted) in zip(texts, try #require(reference["pieces"]?.array)) {
        var cut = CutText(Array(text.utf8), startsText: true)
        try preTokenizer.cut(&cut)
        let found = cut.pieces.map { String(decoding: cut.bytes[$0], as: UTF8.self) }
        let pieces = try Fixtures.strings(wanted)
        let name = JSONValue.object(part.object).text()
        #expect(
          found.count == pieces.count && zip(found, pieces).allSatisfy(isSame),
          "\(name) on \(text.debugDescription): found \(found), wanted \(pieces)")
      }
    }
  }

  @Test func `decoders join tokens as the tokenizers library does`() throws {
    let fixture = try Fixtures.load("parts.json")
    let lists = try #require(fixture["tokens"]?.array).map { try Fixtures.strings($0) }
    for reference in try #require(fixture["decoders"]?.array) {
      let part = try part(reference)
      let decoder = try TokenDecoders.make(part)
      for (tokens, wanted) in zip(lists, try Fixtures.strings(reference["texts"])) {
        let parts = try decoder.decode(tokens.map { Array($0.utf8) })
        let found = String(decoding: parts.joined(), as: UTF8.self)
        let name = JSONValue.object(part.object).text()
        #expect(isSame(found, wanted), "\(name) on \(tokens): found \(found.debugDescription)")
      }
    }
  }

  @Test func `every part that tokenizer files name has a reference`() throws {
    let fixture = try Fixtures.load("parts.json")
    func types(_ key: String) -> Set<String> {
      Set((fixture[key]?.array ?? []).compactMap { $0["part"]?["type"]?.string?.lowercased() })
    }
    #expect(types("normalizers") == Set(Normalizers.registry.keys))
    #expect(types("pre_tokenizers") == Set(PreTokenizers.registry.keys))
    #expect(types("decoders") == Set(TokenDecoders.registry.keys))
  }
}
