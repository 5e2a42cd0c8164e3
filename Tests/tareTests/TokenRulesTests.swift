/// Folders that transformers 5.23 and 4.57 tokenize differently, and cuts inside responses.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct TokenRulesTests {
  private let workshop: Workshop
  private let model: String

  /// The tiny model's folder as a Qwen2 with the numbers of Llama 3, without weights.
  init() throws {
    workshop = try Workshop(pairs: 1)
    model = try TinyModel.textFolder(in: workshop.folder)
    try set(["model_type": "qwen2"], in: "config.json")
    let pattern = #"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|\s+|[^\s\p{L}\p{N}]+"#
    var file = try object("tokenizer.json")
    file["pre_tokenizer"] = [
      "type": "Sequence",
      "pretokenizers": [
        ["type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated"],
        ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false],
      ],
    ]
    // "12" is one token where digits are not told apart.
    var parts = try #require(file["model"]?.object)
    var vocabulary = try #require(parts["vocab"]?.object)
    vocabulary["12"] = .int(vocabulary.count)
    parts["vocab"] = .object(vocabulary)
    parts["merges"] = ["t h", "1 2"]
    file["model"] = .object(parts)
    try write(file, "tokenizer.json")
    try set(["tokenizer_class": "LlamaTokenizerFast"], in: "tokenizer_config.json")
  }

  private func object(_ name: String) throws -> JSONObject {
    let url = URL(filePath: model).appending(path: name)
    return try #require(JSONValue(parsing: Array(Data(contentsOf: url))).object)
  }

  private func write(_ object: JSONObject, _ name: String) throws {
    try Data(JSONValue.object(object).text().utf8)
      .write(to: URL(filePath: model).appending(path: name))
  }

  private func set(_ members: JSONObject, in name: String) throws {
    var object = try object(name)
    for (key, value) in members.members { object[key] = value }
    try write(object, name)
  }

  @Test func `inspect says that the versions differ, and which is followed`() throws {
    let five = try Program.run(["inspect", model])
    #expect(
      five.output.contains("5.23 and 4.57 tokenize differently with this model"), "\(five.output)")
    #expect(five.output.contains("those of 5.23 are used"))
    let four = try Program.run(["inspect", model, "--tokens", "4"])
    #expect(four.output.contains("those of 4.57 are used"))
    try set(["model_type": "phi3"], in: "config.json")
    let same = try Program.run(["inspect", model])
    #expect(!same.output.contains("different"))
    let other = try Program.run(["inspect", model, "--tokens", "3"])
    #expect(other.status == 64 && other.error.contains("--tokens: expected 4, 5, found 3"))
  }
}

@Suite struct ResponseTruncationCommandTests {
  @Test func `what is told of a cut text is the text of its tokens`() throws {
    let workshop = try Workshop(pairs: 1)
    let input = try workshop.folder.file(
      "one.jsonl", Data(#"{"prompt":"Say it.","response":"abcdefghij"}"#.utf8))
    func text(_ side: String, _ limit: String) throws -> JSONValue {
      let result = try Program.run([
        "tokenize", input, "--model", workshop.model, "--truncate", side, "--max-tokens", limit,
      ])
      #expect(result.status == 0, "\(result.error)")
      return try JSONValue(parsing: result.output)
    }
    let whole = try text("error", "500")
    let count = try #require(whole["ids"]?.array?.count)
    let left = try text("response-left", "\(count - 4)")
    let right = try text("response-right", "\(count - 4)")
    #expect(left["ids"]?.array?.count == count - 4 && left["truncated"] == true)
    let shown = try #require(whole["text"]?.string)
    #expect(left["text"]?.string == shown.replacing("abcdefghij", with: "efghij"))
    #expect(right["text"]?.string == shown.replacing("abcdefghij", with: "abcdef"))
    let end = try text("right", "\(count - 4)")
    #expect(shown.hasPrefix(try #require(end["text"]?.string)) && end["text"] != whole["text"])
    let refused = try Program.run([
      "tokenize", input, "--model", workshop.model, "--truncate", "response-left", "--max-tokens",
      "9",
    ])
    #expect(refused.status == 65 && refused.error.contains("tokens around the response"))
  }
}
