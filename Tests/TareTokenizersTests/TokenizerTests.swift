/// The whole tokenizer, on a small vocabulary: against the `tokenizers` library, and at its edges.
import TareCore
import TareTesting
import TareTokenizers
import Testing

@Suite struct TokenizerTests {
  @Test(arguments: NamedPreTokenizer.all.map(\.names[0]))
  func `texts are encoded as by the tokenizers library`(pre: String) throws {
    let tokenizer = try Tokenizer(Fixtures.vocabulary(pre: pre))
    let reference = try Fixtures.load("encodings.json")
    let texts = try Fixtures.strings(reference["texts"])
    let expected = try #require(reference["ids"]?[pre]?.array)
    #expect(texts.count > 100 && texts.count == expected.count)
    for (text, ids) in zip(texts, expected) {
      let found = try tokenizer.encode(text, addSpecialTokens: false)
      #expect(try found == Fixtures.ids(ids), "\(pre) on \(text.debugDescription)")
    }
  }

  @Test func `every text is decoded to itself, but for bytes without a token`() throws {
    let tokenizer = try Tokenizer(Fixtures.vocabulary(pre: "qwen2"))
    for text in try Fixtures.strings(Fixtures.load("encodings.json")["texts"]) {
      let ids = try tokenizer.encode(text, addSpecialTokens: false)
      let expected = text.unicodeScalars.filter { $0 != "\u{4}" }
      #expect(
        try tokenizer.decode(ids, skipSpecialTokens: false)
          == String(String.UnicodeScalarView(expected)))
    }
  }

  @Test func `a text is encoded alike alone and within a longer one`() throws {
    // The words of the longer text come from the cache.
    let tokenizer = try Tokenizer(Fixtures.vocabulary(pre: "gpt-2"))
    let line = "the reward model's response, the reward and the response\n"
    let ids = try tokenizer.encode(line, addSpecialTokens: false)
    let many = try tokenizer.encode(String(repeating: line, count: 50), addSpecialTokens: false)
    #expect(many == Array(repeatElement(ids, count: 50).joined()))
  }

  @Test func `control tokens can be left out when decoding, user-defined ones stay`() throws {
    let tokenizer = try Tokenizer(Fixtures.vocabulary(pre: "qwen2"))
    let ids = try tokenizer.encode("<|im_start|>a<think>b<|im_end|>", addSpecialTokens: false)
    #expect(try tokenizer.decode(ids, skipSpecialTokens: true) == "a<think>b")
    #expect(
      try tokenizer.decode(ids, skipSpecialTokens: false) == "<|im_start|>a<think>b<|im_end|>")
  }

  @Test func `a part of a character is decoded to the replacement character`() throws {
    let tokenizer = try Tokenizer(Fixtures.vocabulary(pre: "qwen2"))
    let first = try #require(tokenizer.id(of: "ð"))
    #expect(try tokenizer.decode([first], skipSpecialTokens: false) == "\u{FFFD}")
  }

  @Test func `an id outside the vocabulary is refused when decoding`() throws {
    let tokenizer = try Tokenizer(Fixtures.vocabulary(pre: "qwen2"))
    for id in [Int32(-1), Int32(tokenizer.count)] {
      let error = try #require(throws: TareError.self) {
        try tokenizer.decode([0, id], skipSpecialTokens: false)
      }
      #expect(error.description.shows("token 1: expected …, found the id \(id)"))
      #expect(tokenizer.token(id) == nil)
    }
  }

  @Test func `tokens are found by spelling and by id`() throws {
    let tokenizer = try Tokenizer(Fixtures.vocabulary(pre: "qwen2"))
    let id = try #require(tokenizer.id(of: "<|im_end|>"))
    #expect(tokenizer.token(id) == "<|im_end|>")
    #expect(tokenizer.id(of: "no such token") == nil)
  }

  @Test func `BOS and EOS are added where they are asked for and the vocabulary says so`() throws {
    var vocabulary = try Fixtures.vocabulary(pre: "qwen2")
    vocabulary.bosID = 0
    vocabulary.eosID = 2
    let without = try Tokenizer(vocabulary)
    let text = try without.encode("a", addSpecialTokens: true)
    #expect(try text == without.encode("a", addSpecialTokens: false))
    vocabulary.addsBOS = true
    vocabulary.addsEOS = true
    let with = try Tokenizer(vocabulary)
    #expect(with.addsBOS && with.addsEOS)
    #expect(try with.encode("a", addSpecialTokens: true) == [0] + text + [2])
    #expect(try with.encode("a", addSpecialTokens: false) == text)
  }

  @Test func `Llama 3's texts begin with BOS if the file does not say`() throws {
    var vocabulary = try Fixtures.vocabulary(pre: "llama-bpe")
    #expect(try !Tokenizer(vocabulary).addsBOS)
    vocabulary.bosID = 0
    #expect(try Tokenizer(vocabulary).addsBOS)
    vocabulary.addsBOS = false
    #expect(try !Tokenizer(vocabulary).addsBOS)
  }

  @Test func `merging agrees with the plain algorithm`() throws {
    let vocabulary = try Fixtures.vocabulary(pre: "gpt-2")
    let tokenizer = try Tokenizer(vocabulary)
    let ranks = Dictionary(
      uniqueKeysWithValues: vocabulary.merges.enumerated().map { ($1, $0) })
    var random = SplitMix64(state: 7)
    for length in Array(1...40) + [300] {
      let word = (0..<length).map { _ in String("thersponadi".randomElement(using: &random) ?? "e")
      }
      let expected = plainMerge(word, ranks).compactMap(tokenizer.id(of:))
      let found = try tokenizer.encode(word.joined(), addSpecialTokens: false)
      #expect(found == expected, "\(word.joined())")
    }
  }

  /// Byte-pair encoding as it is defined: look for the best pair, join its first, begin again.
  private func plainMerge(_ word: [String], _ ranks: [String: Int]) -> [String] {
    var word = word
    while true {
      let pairs = zip(word, word.dropFirst()).map { ranks["\($0) \($1)"] ?? Int.max }
      guard let best = pairs.min(), best < Int.max, let place = pairs.firstIndex(of: best) else {
        return word
      }
      word.replaceSubrange(place...(place + 1), with: [word[place] + word[place + 1]])
    }
  }

  /// Steele, Lea, Flood 2014: a generator whose numbers are the same in every run.
  private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  @Test func `a word of half a million bytes is merged`() throws {
    let tokenizer = try Tokenizer(Fixtures.vocabulary(pre: "gpt-2"))
    let text = String(repeating: "the", count: 166_667)
    let ids = try tokenizer.encode(text, addSpecialTokens: false)
    #expect(try tokenizer.decode(ids, skipSpecialTokens: false) == text)
  }

  @Test func `every tokenizer model has a key and a summary`() {
    #expect(
      TokenizerModels.registry.keys == ["bpe", "unigram", "wordpiece", "wordlevel", "scored-bpe"])
    #expect(TokenizerModels.registry.help.allSatisfy { !$0.summary.isEmpty })
  }

  @Test func `no name stands for two pre-tokenisers`() {
    let names = NamedPreTokenizer.all.flatMap(\.names)
    #expect(Set(names).count == names.count)
  }
}
