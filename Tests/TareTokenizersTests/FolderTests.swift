/// tokenizer.json with its tokenizer_config.json, against transformers' `AutoTokenizer`.
import TareCore
import TareTokenizers
import Testing

@Suite struct FolderTests {
  @Test func `a folder's tokenizer is the one that transformers makes of it`() throws {
    let fixture = try Fixtures.load("folders.json")
    let whole = try #require(Fixtures.load("tokenizers.json")["tokenizers"]?.array)
    let texts = try Fixtures.strings(fixture["texts"])
    let folders = try #require(fixture["folders"]?.array)
    #expect(folders.count > 10)
    for folder in folders {
      let file = try #require(whole.first { $0["name"] == folder["name"] }?["tokenizer"])
      let config = try #require(folder["config"]?.object)
      let tokenizer = try Tokenizer(json: Array(file.text().utf8), config: config)
      let name = JSONValue.object(config).text()
      let uses = [
        ("bos", tokenizer.bosID), ("eos", tokenizer.eosID), ("pad", tokenizer.padID),
        ("unk", tokenizer.unknownID),
      ]
      for (use, id) in uses {
        #expect(id.map(Int.init) == folder["special"]?[use]?.int, "\(name): \(use)")
      }
      let single = try tokenizer.encode("a", addSpecialTokens: true)
      #expect(try single == Fixtures.ids(folder["single"]), "\(name)")
      for (text, wanted) in zip(texts, try #require(folder["ids"]?.array)) {
        let found = try tokenizer.encode(text, addSpecialTokens: false)
        #expect(try found == Fixtures.ids(wanted), "\(name) on \(text.debugDescription)")
      }
    }
  }
}
