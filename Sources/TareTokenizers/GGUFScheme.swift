/// What a GGUF file says of a tokenizer only by its model's name: the stages around the model.
import TareCore

struct GGUFScheme {
  /// The model's options, as tokenizer.json would have them.
  var options: JSONObject
  var merges = Spellings()
  var normalizer: (any Normalizer)?
  var preTokenizer: (any PreTokenizer)?
  var decoder: any TokenDecoder
  /// Whether texts begin with BOS where the file says nothing about it.
  var addsBOS: Bool

  /// "gpt2": byte-level byte-pair encoding, with the pre-tokeniser that the file names.
  init(byteLevel vocabulary: Vocabulary) throws(TareError) {
    let pre = try NamedPreTokenizer.named(vocabulary.pre)
    guard !vocabulary.merges.isEmpty else {
      throw .badData(place: "vocabulary", found: "no merges", accepted: "the merges of the tokens")
    }
    options = ["ignore_merges": .bool(pre.keepsWholeTokens)]
    for (rank, line) in vocabulary.merges.enumerated() {
      merges.appendPair(line.utf8)
      guard merges.count == 2 * (rank + 1) else {
        throw .badData(
          place: "vocabulary.merges[\(rank)]", found: "'\(line)'",
          accepted: "two tokens separated by a space")
      }
    }
    var parts: [any PreTokenizer] = []
    for pattern in pre.patterns { parts.append(try Split(isolating: pattern)) }
    preTokenizer = PreTokenizerSequence(parts + [ByteLevel()])
    decoder = ByteLevelDecoder()
    addsBOS = pre.addsBOS
  }

  /// "llama": SentencePiece's byte-pair encoding. Each part between added tokens begins with a
  /// space, unless the file says no, and a space is written `▁` (llama.cpp, `llama-vocab.cpp`).
  init(scored vocabulary: Vocabulary, _ unknown: Int32?, _ table: TokenTable) throws(TareError) {
    options = ["byte_fallback": .bool(true), "fuse_unk": .bool(false)]
    if let unknown, let token = table.token(unknown) { options["unk_token"] = .string(token) }
    let marks = Replace(" ", with: "▁")
    let hasPrefix = vocabulary.addsSpacePrefix
    normalizer = NormalizerSequence(hasPrefix ? [Prepend("▁"), marks] : [marks])
    let strip = StripDecoder(" ", start: hasPrefix ? 1 : 0)
    decoder = DecoderSequence([
      ReplaceDecoder("▁", with: " "), ByteFallbackDecoder(), FuseDecoder(), strip,
    ])
    addsBOS = true
  }
}

extension Spellings {
  /// Appends the tokens of a merge, which are written with a space between.
  mutating func appendPair(_ line: some Collection<UInt8>) {
    for part in line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false) {
      append { $0.append(contentsOf: part) }
    }
  }
}
