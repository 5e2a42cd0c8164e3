/// tokenizer.model files, against the `sentencepiece` library.
import Foundation
import TareCore
import TareTokenizers
import Testing

@Suite struct SentencePieceTests {
  private func models() throws -> (models: [JSONValue], texts: [String]) {
    let fixture = try Fixtures.load("sentencepiece.json")
    return (try #require(fixture["models"]?.array), try Fixtures.strings(fixture["texts"]))
  }

  private func bytes(_ model: JSONValue) throws -> [UInt8] {
    let text = try #require(model["model"]?.string)
    return Array(try #require(Data(base64Encoded: text)))
  }

  @Test func `texts are encoded as by the sentencepiece library`() throws {
    let (models, texts) = try models()
    #expect(models.count == 4)
    for model in models {
      let tokenizer = try Tokenizer(sentencePiece: bytes(model), config: nil)
      let name = model["name"]?.string ?? ""
      for (text, wanted) in zip(texts, try #require(model["ids"]?.array)) {
        let found = try tokenizer.encode(text, addSpecialTokens: false)
        #expect(try found == Fixtures.ids(wanted), "\(name) on \(text.debugDescription)")
      }
      let special = try Fixtures.ids(model["special"])
      #expect([tokenizer.bosID, tokenizer.eosID, tokenizer.unknownID] == special)
    }
  }

  @Test func `the configuration says what is put around texts`() throws {
    let model = try #require(models().models.first)
    let config: JSONObject = ["add_bos_token": true, "add_eos_token": true, "eos_token": "<end>"]
    let tokenizer = try Tokenizer(sentencePiece: bytes(model), config: config)
    let bare = try tokenizer.encode("a<end>", addSpecialTokens: false)
    let eos = try #require(tokenizer.id(of: "<end>"))
    #expect(bare.last == eos && tokenizer.eosID == eos && Int(eos) == tokenizer.count - 1)
    #expect(try tokenizer.encode("a<end>", addSpecialTokens: true) == [1] + bare + [eos])
  }

  @Test func `a model that is cut off is an error`() throws {
    let bytes = try bytes(#require(models().models.first))
    for count in stride(from: 0, to: bytes.count, by: 97) where count < bytes.count {
      // A file that ends between two pieces is a smaller model.
      let model = try? Tokenizer(sentencePiece: Array(bytes[..<count]), config: nil)
      #expect(model.map { $0.count < 600 } ?? true)
    }
    let error = try #require(throws: TareError.self) {
      try Tokenizer(sentencePiece: Array("no model".utf8), config: nil)
    }
    #expect(error.exitCode == 65)
  }
}
