/// The tokenizers of the parity checkpoints, with the ids that transformers made of their texts.
import Foundation
import TareCore
import TareTesting
import TareTokenizers
import Testing

@Suite(
  .enabled(
    if: exists(sharedFolder.appending(path: "fixtures/parity.tar.gz")),
    "needs ../shared/fixtures/parity.tar.gz"))
struct ParityTokenizersTests {
  /// The checkpoints, without their weights.
  private func unpacked() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let tar = Process()
    tar.executableURL = URL(filePath: "/usr/bin/env")
    let archive = sharedFolder.appending(path: "fixtures/parity.tar.gz").path
    tar.arguments = ["tar", "-xzf", archive, "-C", folder.url.path, "--exclude=*.safetensors"]
    try tar.run()
    tar.waitUntilExit()
    #expect(tar.terminationStatus == 0)
    return folder
  }

  @Test func `texts are encoded as transformers encoded them`() throws {
    let folder = try unpacked()
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(names.count >= 14)
    for name in names {
      func contents(_ file: String) throws -> Data {
        try Data(contentsOf: folder.url.appending(path: "\(name)/\(file)"))
      }
      let config = try JSONValue(parsing: contents("tokenizer_config.json")).object
      let tokenizer = try Tokenizer(json: [UInt8](contents("tokenizer.json")), config: config)
      let cases = String(decoding: try contents("cases.jsonl"), as: UTF8.self)
      for line in cases.split(separator: "\n") {
        let reference = try JSONValue(parsing: line)
        guard let text = reference["text"]?.string else { continue }
        let found = tokenizer.encode(text, addSpecialTokens: false)
        #expect(try found == Fixtures.ids(reference["ids"]), "\(name) on \(text.debugDescription)")
      }
    }
  }
}
