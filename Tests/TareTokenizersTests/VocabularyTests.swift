/// Vocabularies that do not fit together are refused, and the error names the place.
import TareCore
import TareTesting
import TareTokenizers
import Testing

@Suite struct VocabularyTests {
  private let whole = Vocabulary(
    model: "gpt2", pre: "gpt-2", tokens: ["a", "b", "ab", "<s>"], types: [1, 1, 1, 3],
    merges: ["a b"])

  @Test func `a vocabulary of four tokens will do`() throws {
    let tokenizer = try Tokenizer(whole)
    #expect(try tokenizer.encode("abba<s>ab", addSpecialTokens: false) == [2, 1, 0, 3, 2])
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
      message: "tokenizer.ggml.model: expected gpt2, llama…, found 'rwkv'"),
    Fault(
      change: { $0.pre = "gpt-5" }, message: "tokenizer.ggml.pre: expected gpt-2…, found 'gpt-5'"),
    Fault(change: { $0.pre = "" }, message: "tokenizer.ggml.pre: expected gpt-2…, found nothing"),
    Fault(
      change: {
        $0.tokens = []
        $0.types = []
      },
      message: "vocabulary: expected at least one, found no tokens"),
    Fault(
      change: { $0.types.removeLast() },
      message: "vocabulary: expected …, found 4 tokens and 3 token types"),
    Fault(
      change: { $0.types[1] = 7 },
      message: "vocabulary, token 1: expected 1 normal, 2 unknown, 3 control…, found the type 7"),
    Fault(
      change: { $0.tokens[2] = "b" },
      message: "vocabulary, token 2: expected unique spellings, found 'b', as for token 1"),
    Fault(change: { $0.merges = [] }, message: "vocabulary: expected …, found no merges"),
    Fault(
      change: { $0.merges.append("ab") }, message: "vocabulary.merges[1]: expected …, found 'ab'"),
    Fault(
      change: { $0.merges.append("a b b") },
      message: "vocabulary.merges[1]: expected …, found 'a b b'"),
    Fault(
      change: { $0.merges.append("a x") }, message: "vocabulary.merges[1]: expected …, found 'a x'"),
    Fault(
      change: { $0.merges.append("b a") }, message: "vocabulary.merges[1]: expected …, found 'b a'"),
    Fault(
      change: { $0.bosID = 4 },
      message: "vocabulary, BOS token: expected 0 to 3, found the id 4"),
    Fault(change: { $0.eosID = -1 }, message: "vocabulary, EOS token: expected …, found the id -1"),
    Fault(
      change: { $0.paddingID = 9 }, message: "vocabulary, padding token: expected …, found the id 9"
    ),
    Fault(
      change: { $0.unknownID = 9 }, message: "vocabulary, unknown token: expected …, found the id 9"
    ),
    Fault(change: { $0.addsBOS = true }, message: "found a flag to add BOS, but no BOS"),
    Fault(change: { $0.addsEOS = true }, message: "found a flag to add EOS, but no EOS"),
  ]

  @Test(arguments: faults)
  func `a fault is an error that names its place`(fault: Fault) throws {
    var vocabulary = whole
    fault.change(&vocabulary)
    let error = try #require(throws: TareError.self) { try Tokenizer(vocabulary) }
    #expect(error.exitCode == 65)
    #expect(error.description.shows(fault.message), "\(error)")
  }

  @Test func `spellings that only look the same are different tokens`() throws {
    var vocabulary = whole
    vocabulary.tokens += ["\u{E9}", "e\u{301}"]
    vocabulary.types += [4, 4]
    let tokenizer = try Tokenizer(vocabulary)
    #expect(tokenizer.id(of: "\u{E9}") == 4)
    #expect(tokenizer.id(of: "e\u{301}") == 5)
    #expect(try tokenizer.encode("\u{E9}e\u{301}", addSpecialTokens: false) == [4, 5])
  }

  @Test func `the longest added token at a place is taken, the leftmost first`() throws {
    var vocabulary = whole
    vocabulary.tokens += ["<s><s>", "s><", ""]
    vocabulary.types += [4, 4, 4]
    let tokenizer = try Tokenizer(vocabulary)
    #expect(try tokenizer.encode("<s><s><s>a", addSpecialTokens: false) == [4, 3, 0])
    #expect(try tokenizer.encode("as><s>", addSpecialTokens: false) == [0, 5])
    #expect(try tokenizer.encode("<a<s", addSpecialTokens: false) == [0])
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
      ("model", nil, "tokenizer.ggml.model: expected …, found nothing"),
      ("tokens", nil, "tokenizer.ggml.tokens: expected …, found nothing"),
      ("token_type", nil, "tokenizer.ggml.token_type: expected …, found nothing"),
      (
        "tokens", .string("a"),
        "tokenizer.ggml.tokens: expected an array of strings, found a string"
      ),
      (
        "tokens", .array([.string("a"), .int(1)]),
        "tokenizer.ggml.tokens[1]: expected …, found a number"
      ),
      ("eos_token_id", .string("1"), "tokenizer.ggml.eos_token_id: expected …, found a string"),
      ("add_bos_token", .int(1), "tokenizer.ggml.add_bos_token: expected …, found a number"),
    ] as [(String, JSONValue?, String)])
  func `metadata that is missing or of another type is named`(
    key: String, value: JSONValue?, message: String
  ) throws {
    var metadata = metadata
    metadata["tokenizer.ggml.\(key)"] = value
    let error = try #require(throws: TareError.self) { try Vocabulary(ggufMetadata: metadata) }
    #expect(error.description.shows(message), "\(error)")
  }
}
