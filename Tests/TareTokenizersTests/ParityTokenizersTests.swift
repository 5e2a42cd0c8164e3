/// The tokenizers of the parity checkpoints, with the ids that transformers made of their texts.
import Foundation
import TareCore
import TareTesting
import TareTokenizers
import Testing

@Suite(.enabled(if: ParityCheckpoints.isHere, "../shared/fixtures/parity.tar.gz is not here"))
struct ParityTokenizersTests {
  @Test func `texts are encoded as transformers encoded them`() throws {
    for name in ParityCheckpoints.names {
      func contents(_ file: String) throws -> Data {
        try Data(contentsOf: ParityCheckpoints.folder(name).appending(path: file))
      }
      let config = try JSONValue(parsing: contents("tokenizer_config.json")).object
      let tokenizer = try Tokenizer(json: [UInt8](contents("tokenizer.json")), config: config)
      let cases = String(decoding: try contents("cases.jsonl"), as: UTF8.self)
      for line in cases.split(separator: "\n") {
        let reference = try JSONValue(parsing: line)
        guard let text = reference["text"]?.string else { continue }
        let found = try tokenizer.encode(text, addSpecialTokens: false)
        #expect(try found == Fixtures.ids(reference["ids"]), "\(name) on \(text.debugDescription)")
      }
    }
  }
}
