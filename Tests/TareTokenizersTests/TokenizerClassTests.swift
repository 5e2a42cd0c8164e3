/// Which tokenizer a folder has by model type, class, style of tokenizer.json and options, in both
/// versions of transformers; Fixtures/make_classes.py draws the folders.
import TareCore
import TareTokenizers
import Testing

@Suite struct TokenizerClassTests {
  private struct Fixture {
    let value: JSONValue
    let texts: [String]
    let files: [[UInt8]]
    let folders: [[Int]]
    let outcomes: [JSONValue]
    let lists: [JSONValue]

    init() throws {
      value = try Fixtures.load("classes.json")
      texts = try Fixtures.strings(value["texts"])
      let whole = try #require(Fixtures.load("tokenizers.json")["tokenizers"]?.array)
      files = try #require(value["styles"]?.array).map { style in
        let base = whole.first { $0["name"] == style["tokenizer"] }?["tokenizer"]
        var file = try #require(base?.object)
        for (key, value) in style["stages"]?.object?.members ?? [] { file[key] = value }
        var model = try #require(file["model"]?.object)
        for (key, value) in style["model"]?.object?.members ?? [] { model[key] = value }
        file["model"] = .object(model)
        return Array(JSONValue.object(file).text().utf8)
      }
      folders = try #require(value["folders"]?.array).map { row in
        try #require(row.array).compactMap(\.int)
      }
      outcomes = try #require(value["outcomes"]?.array)
      lists = try #require(value["ids"]?.array)
    }

    /// The files of a row but for tokenizer.json.
    func folder(_ row: [Int]) throws -> TokenizerFolder {
      let options = try #require(value["options"]?.array?[row[3]].object)
      var config = JSONObject()
      var map = options["map"]?.object
      for (key, value) in options.members where !["map", "added"].contains(key) {
        if row[5] == 1, key.hasSuffix("_token"), !key.hasPrefix("add_") {
          if value != .null {
            map = map ?? JSONObject()
            map?[key] = value
          }
        } else {
          config[key] = value
        }
      }
      var model: JSONObject = ["model_type": try #require(value["types"]?.array?[row[0]])]
      let name = try #require(value["classes"]?.array?[row[1]])
      if name != .null, row[4] == 1 { model["tokenizer_class"] = name }
      if name != .null, row[4] == 0 { config["tokenizer_class"] = name }
      return TokenizerFolder(
        config: config, specialTokensMap: map, addedTokens: options["added"]?.object,
        modelConfig: model)
    }

    func name(_ row: [Int]) -> String {
      let (type, name) = (value["types"]?.array?[row[0]], value["classes"]?.array?[row[1]])
      let style = value["styles"]?.array?[row[2]]["name"]
      return [type, name, style, value["options"]?.array?[row[3]]].map { $0?.text() ?? "" }
        .joined(separator: " ") + " \(row[4...])"
    }
  }

  @Test(arguments: [TokenizerRules.five, .four])
  func `tokens are those of the version of transformers that is followed`(
    rules: TokenizerRules
  ) throws {
    let fixture = try Fixture()
    #expect(fixture.folders.count > 2000)
    var compared = 0
    var faults: [String] = []
    for row in fixture.folders {
      let outcome = row[rules == .five ? 6 : 7]
      let tokenizer = try? Tokenizer(json: fixture.files[row[2]], fixture.folder(row), rules)
      // What that version cannot load has no right tokens.
      guard outcome >= 0 else { continue }
      let name = fixture.name(row)
      guard let tokenizer else {
        faults.append("\(name): refused")
        continue
      }
      compared += 1
      let wanted = try #require(fixture.outcomes[outcome].array)
      let special = [
        tokenizer.bosID, tokenizer.eosID, tokenizer.padID, tokenizer.unknownID,
      ].map { $0.map { JSONValue.int(Int($0)) } ?? .null }
      if wanted[0] != .array(special) {
        faults.append("\(name): special \(special) for \(wanted[0].text())")
        continue
      }
      func ids(_ place: Int) throws -> [Int32] {
        try Fixtures.ids(fixture.lists[#require(wanted[place].int)])
      }
      if try tokenizer.encode("a", addSpecialTokens: true) != ids(1) {
        faults.append("\(name): around \(try tokenizer.encode("a", addSpecialTokens: true))")
      }
      for (index, text) in fixture.texts.enumerated()
      where try tokenizer.encode(text, addSpecialTokens: false) != ids(index + 2) {
        let found = try tokenizer.encode(text, addSpecialTokens: false)
        faults.append(
          "\(name): \(text.debugDescription) \(found) for \(try ids(index + 2))")
        break
      }
    }
    #expect(compared > 1800)
    #expect(
      faults.isEmpty,
      "\(faults.count) of \(compared):\n\(faults.prefix(40).joined(separator: "\n"))")
  }
}
