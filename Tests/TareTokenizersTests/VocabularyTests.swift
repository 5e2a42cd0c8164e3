/// Vocabularies that do not fit together are refused, and the error names the place.
import TareCore
import TareTokenizers
import Testing

@Suite struct VocabularyTests {
  private let whole = Vocabulary(
    model: "gpt2", pre: "gpt-2", tokens: ["a", "b", "ab", "<s>"], types: [1, 1, 1, 3],
    merges: ["a b"])

  @Test func `a vocabulary of four tokens will do`() throws {
    let tokenizer = try Tokenizer(whole)
    #expect(tokenizer.encode("abba<s>ab", addSpecialTokens: false) == [2, 1, 0, 3, 2])
  }

  /// One thing changed, and what the error must then say.
  struct Fault: Sendable, CustomTestStringConvertible {
    let change: @Sendable (inout Vocabulary) -> Void
    let message: String
    var testDescription: String { message }
  }

  private static let faults = [
    Fault(
      change: { $0.model = "rwkv" },
      message: "tokenizer.ggml.model: found 'rwkv'; accepted: gpt2, llama"),
    Fault(
      change: { $0.pre = "gpt-5" }, message: "tokenizer.ggml.pre: found 'gpt-5'; accepted: gpt-2"),
    Fault(change: { $0.pre = "" }, message: "tokenizer.ggml.pre: found nothing; accepted: gpt-2"),
    Fault(
      change: {
        $0.tokens = []
        $0.types = []
      },
      message: "vocabulary: found no tokens; accepted: at least one"),
    Fault(
      change: { $0.types.removeLast() },
      message: "vocabulary: found 4 tokens and 3 token types"),
    Fault(
      change: { $0.types[1] = 7 },
      message: "vocabulary, token 1: found the type 7; accepted: 1 normal, 2 unknown, 3 control"),
    Fault(
      change: { $0.tokens[2] = "b" },
      message: "vocabulary, token 2: found 'b', which token 1 is too"),
    Fault(change: { $0.merges = [] }, message: "vocabulary: found no merges"),
    Fault(change: { $0.merges.append("ab") }, message: "vocabulary.merges[1]: found 'ab'"),
    Fault(change: { $0.merges.append("a b b") }, message: "vocabulary.merges[1]: found 'a b b'"),
    Fault(change: { $0.merges.append("a x") }, message: "vocabulary.merges[1]: found 'a x'"),
    Fault(change: { $0.merges.append("b a") }, message: "vocabulary.merges[1]: found 'b a'"),
    Fault(
      change: { $0.bosID = 4 },
      message: "vocabulary, BOS token: found the id 4; accepted: 0 to 3"),
    Fault(change: { $0.eosID = -1 }, message: "vocabulary, EOS token: found the id -1"),
    Fault(change: { $0.paddingID = 9 }, message: "vocabulary, padding token: found the id 9"),
    Fault(change: { $0.unknownID = 9 }, message: "vocabulary, unknown token: found the id 9"),
    Fault(change: { $0.addsBOS = true }, message: "found BOS to be added to texts, and no BOS"),
    Fault(change: { $0.addsEOS = true }, message: "found EOS to be added to texts, and no EOS"),
  ]

  @Test(arguments: faults)
  func `a fault is an error that names its place`(fault: Fault) throws {
    var vocabulary = whole
    fault.change(&vocabulary)
    let error = try #require(throws: TareError.self) { try Tokenizer(vocabulary) }
    #expect(error.exitCode == 65)
    #expect(error.description.contains(fault.message), "\(error)")
  }

  @Test func `spellings that only look the same are different tokens`() throws {
    var vocabulary = whole
    vocabulary.tokens += ["\u{E9}", "e\u{301}"]
    vocabulary.types += [4, 4]
    let tokenizer = try Tokenizer(vocabulary)
    #expect(tokenizer.id(of: "\u{E9}") == 4)
    #expect(tokenizer.id(of: "e\u{301}") == 5)
    #expect(tokenizer.encode("\u{E9}e\u{301}", addSpecialTokens: false) == [4, 5])
  }

  @Test func `the longest added token at a place is taken, the leftmost first`() throws {
    var vocabulary = whole
    vocabulary.tokens += ["<s><s>", "s><", ""]
    vocabulary.types += [4, 4, 4]
    let tokenizer = try Tokenizer(vocabulary)
    #expect(tokenizer.encode("<s><s><s>a", addSpecialTokens: false) == [4, 3, 0])
    #expect(tokenizer.encode("as><s>", addSpecialTokens: false) == [0, 5])
    #expect(tokenizer.encode("<a<s", addSpecialTokens: false) == [0])
  }

  // MARK: - From a GGUF file

  private let metadata: JSONObject = [
    "tokenizer.ggml.model": .string("gpt2"),
    "tokenizer.ggml.pre": .string("gpt-2"),
    "tokenizer.ggml.tokens": .array([.string("a"), .string("b"), .string("ab")]),
    "tokenizer.ggml.token_type": .array([.int(1), .int(1), .int(1)]),
    "tokenizer.ggml.merges": .array([.string("a b")]),
    "tokenizer.ggml.eos_token_id": .int(1),
    "tokenizer.ggml.padding_token_id": .int(2),
    "tokenizer.ggml.add_bos_token": .bool(false),
  ]

  @Test func `a vocabulary is read out of a GGUF file's metadata`() throws {
    let vocabulary = try Vocabulary(ggufMetadata: metadata)
    #expect(vocabulary.tokens == ["a", "b", "ab"])
    #expect(vocabulary.merges == ["a b"])
    #expect(vocabulary.bosID == nil && vocabulary.eosID == 1 && vocabulary.paddingID == 2)
    #expect(vocabulary.addsBOS == false && !vocabulary.addsEOS)
    #expect(try Tokenizer(vocabulary).encode("ab", addSpecialTokens: true) == [2])
  }

  @Test(
    arguments: [
      ("model", nil, "tokenizer.ggml.model: found nothing"),
      ("tokens", nil, "tokenizer.ggml.tokens: found nothing"),
      ("token_type", nil, "tokenizer.ggml.token_type: found nothing"),
      (
        "tokens", .string("a"),
        "tokenizer.ggml.tokens: found a string; accepted: an array of strings"
      ),
      ("tokens", .array([.string("a"), .int(1)]), "tokenizer.ggml.tokens[1]: found a number"),
      ("eos_token_id", .string("1"), "tokenizer.ggml.eos_token_id: found a string"),
      ("add_bos_token", .int(1), "tokenizer.ggml.add_bos_token: found a number"),
    ] as [(String, JSONValue?, String)])
  func `metadata that is missing or of another type is named`(
    key: String, value: JSONValue?, message: String
  ) throws {
    var metadata = metadata
    metadata["tokenizer.ggml.\(key)"] = value
    let error = try #require(throws: TareError.self) { try Vocabulary(ggufMetadata: metadata) }
    #expect(error.description.contains(message), "\(error)")
  }
}
