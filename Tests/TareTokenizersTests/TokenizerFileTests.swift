/// Damaged and unknown parts of tokenizer.json are refused, and the error names the place.
import Foundation
import TareCore
import TareTesting
import TareTokenizers
import Testing

@Suite struct TokenizerFileTests {
  private static let whole = """
    {"added_tokens": [{"id": 3, "content": "<s>", "special": true}],
     "normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "Whitespace"},
     "post_processor": {"type": "TemplateProcessing",
       "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
       "pair": [], "special_tokens": {"<s>": {"id": "<s>", "ids": [3], "tokens": ["<s>"]}}},
     "decoder": {"type": "Fuse"},
     "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}}
    """

  private func tokenizer(_ text: String, config: JSONObject? = nil) throws(TareError) -> Tokenizer {
    try Tokenizer(json: Array(text.utf8), config: config)
  }

  @Test func `a small file will do`() throws {
    let tokenizer = try tokenizer(Self.whole, config: ["bos_token": ["content": "<s>"]])
    #expect(try tokenizer.encode("ab a<s>", addSpecialTokens: true) == [3, 2, 0, 3])
    #expect(tokenizer.bosID == 3 && tokenizer.addsBOS && !tokenizer.addsEOS)
    #expect(tokenizer.count == 4)
    #expect(tokenizer.specialTokens().before == [3] && tokenizer.specialTokens().after.isEmpty)
  }

  /// What is replaced, by what, and what the error must then say.
  private static let faults = [
    (
      "\"NFC\"", "\"NFX\"",
      "tokenizer.json, normalizer: expected NFC, …, found the normalizer 'NFX'"
    ),
    (
      "{\"type\": \"NFC\"}",
      "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"NFC\"}, {\"type\": \"Prepend\"}]}",
      "tokenizer.json, normalizer.normalizers[1].prepend: expected a string, found nothing"
    ),
    (
      "{\"type\": \"NFC\"}", "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"AAAA\"}",
      "normalizer.precompiled_charsmap: expected …, found 3 bytes"
    ),
    (
      "{\"type\": \"NFC\"}", "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"////fw==\"}",
      "normalizer.precompiled_charsmap: expected …, found a trie of 2147483647 bytes"
    ),
    (
      "{\"type\": \"Whitespace\"}", "{\"type\": \"Sequence\", \"pretokenizers\": [1]}",
      "tokenizer.json, pre_tokenizer.pretokenizers[0]: expected an object, found a number"
    ),
    (
      "{\"type\": \"Whitespace\"}",
      "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"(a\"}, \"behavior\": \"Isolated\"}",
      "tokenizer.json, pre_tokenizer.pattern, pattern '(a', character 3"
    ),
    (
      "{\"type\": \"Whitespace\"}",
      "{\"type\": \"Split\", \"pattern\": {\"String\": \"a\"}, \"behavior\": \"isolated\"}",
      "pre_tokenizer.behavior: expected Removed, Isolated…, found 'isolated'"
    ),
    (
      "{\"type\": \"Fuse\"}", "{}",
      "tokenizer.json, decoder.type: expected a string, found nothing"
    ),
    (
      "\"id\": \"A\"", "\"id\": \"C\"",
      "post_processor.single[1].Sequence.id: expected …, found 'C'"
    ),
    ("\"ids\": [3]", "\"ids\": [-3]", "special_tokens.<s>.ids: expected …, found -3"),
    (
      "\"BPE\"", "\"LSTM\"", "tokenizer.json, model: expected BPE, Unigram…, found the model 'LSTM'"
    ),
    (
      "[\"a\", \"b\"]", "[\"a\", \"c\"]", "tokenizer.json, model.merges[0]: expected …, found 'a c'"
    ),
    ("[\"a\", \"b\"]", "[\"a\"]", "expected two tokens, found a merge of 1 tokens"),
    ("[\"a\", \"b\"]", "\"a b b\"", "expected two tokens, found a merge of 3 tokens"),
    ("\"ab\": 2", "\"ab\": -2", "tokenizer.json, model.vocab: expected …, found the id -2 of 'ab'"),
    (
      "\"ab\": 2", "\"ab\": 99999999",
      "tokenizer.json, model.vocab: expected …, found the id 99999999 of 'ab'"
    ),
    ("\"ab\": 2", "\"ab\": \"2\"", "tokenizer.json, line 7, column"),
    (
      "\"content\": \"<s>\"", "\"content\": 1",
      "tokenizer.json.added_tokens[0].content: expected …, found a number"
    ),
    ("\"model\":", "\"mode\":", "tokenizer.json, model: expected …, found nothing"),
  ]

  @Test(arguments: faults)
  func `a fault is an error that names its place`(
    old: String, new: String, message: String
  ) throws {
    let text = Self.whole.replacingOccurrences(of: old, with: new)
    #expect(text != Self.whole)
    let error = try #require(throws: TareError.self) { try tokenizer(text) }
    #expect(error.exitCode == 65)
    #expect(error.description.shows(message), "\(error)")
  }

  /// "a" becomes the second byte of the first text, and the first byte of "\u{E9}" becomes "x".
  @Test func `compiled rules that cut a character are none`() throws {
    var units = [UInt32](repeating: 0, count: 512)
    for (byte, value) in [(UInt32(0x61), UInt32(1)), (0xC3, 3)] {
      // A leaf, 256 units on.
      units[Int(byte)] = byte | 1 << 8 | 256 << 10
      units[Int(byte ^ 256)] = value | 1 << 31
    }
    let trie = units.flatMap { unit in (0..<4).map { UInt8(truncatingIfNeeded: unit >> ($0 * 8)) } }
    let map = Data([0, 8, 0, 0] + trie + Array("\u{E9}\0x\0".utf8)).base64EncodedString()
    let file = Self.whole
      .replacing("\"NFC\"", with: "\"Precompiled\", \"precompiled_charsmap\": \"\(map)\"")
      .replacing("\"b\": 1", with: "\"b\": 1, \"\u{E9}\": 4, \"x\": 5")
    #expect(try tokenizer(file).encode("a \u{E9}", addSpecialTokens: false) == [0, 4])
  }

  @Test func `two tokens may strip the same white space`() throws {
    let file = Self.whole.replacing(
      "\"added_tokens\": [",
      with: """
        "added_tokens": [{"id": 4, "content": "A", "rstrip": true},
          {"id": 5, "content": " ", "lstrip": true},
        """)
    #expect(try tokenizer(file).encode("A   b", addSpecialTokens: false).last == 1)
  }

  @Test(.timeLimit(.minutes(1))) func `fifty thousand added tokens are read in time`() throws {
    let tokens = (0..<50_000).map { "{\"id\": \($0 + 4), \"content\": \"<\($0)>\"}, " }.joined()
    let file = Self.whole.replacing("\"added_tokens\": [", with: "\"added_tokens\": [" + tokens)
    #expect(try tokenizer(file).encode("<0><49999>", addSpecialTokens: false) == [3, 50_002])
  }

  @Test func `a score whose exponent is the least number is no number`() {
    let file = """
      {"model": {"type": "Unigram", "unk_id": 0, "vocab": [["a", 1e-9223372036854775808]]}}
      """
    #expect(throws: TareError.self) { try tokenizer(file) }
  }

  @Test func `a file that is cut off anywhere is an error`() throws {
    let bytes = Array(Self.whole.utf8)
    for count in 0..<bytes.count - 1 {
      #expect(throws: TareError.self, "\(count) bytes") {
        try Tokenizer(json: Array(bytes[..<count]), config: nil)
      }
    }
  }

  @Test func `a changed byte anywhere is an error or another tokenizer`() {
    var bytes = Array(Self.whole.utf8)
    for place in bytes.indices {
      let old = bytes[place]
      for new in [UInt8(ascii: "0"), UInt8(ascii: "\""), UInt8(ascii: "]"), 0xFF] {
        bytes[place] = new
        let tokenizer = try? Tokenizer(json: bytes, config: nil)
        _ = try? tokenizer?.encode("ab a<s>é", addSpecialTokens: true)
      }
      bytes[place] = old
    }
  }
}
