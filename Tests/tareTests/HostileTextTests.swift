/// Control characters in files, names and arguments, seen from a terminal.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite struct HostileTextTests {
  private let folder: TemporaryFolder
  /// Sets the terminal's title, rings, moves the cursor, and reorders what follows.
  private static let evil = "\u{1B}]0;x\u{7}\u{9B}2J\u{202E}\u{8}"

  init() throws {
    folder = try TemporaryFolder()
    let evil = Self.evil
    var rows = ["prompt_id,score,label,subset,le\(evil)n,note"]
    for prompt in 0..<20 {
      for answer in 0..<2 {
        let score = Double((prompt * 7 + answer * 5) % 11)
        rows.append(
          "p\(evil)\(prompt),\(score),\(1 - answer),s\(evil)\(prompt % 2),\(5 + prompt % 7 + answer),n\(evil)"
        )
      }
    }
    _ = try folder.file("in.csv", Data(rows.joined(separator: "\n").utf8))
    _ = try folder.file("bad.csv", Data("prompt_id,score\na,\(evil)\n".utf8))
    let lines = (0..<4).map {
      #"{"id":"\#(JSONValue.string(evil + "\($0)").text().dropFirst().dropLast())","score":\#($0)}"#
    }
    _ = try folder.file("in.jsonl", Data(lines.joined(separator: "\n").utf8))
    _ = try folder.file("name\u{1B}[2J.csv", Data("a,b\n1,2\n".utf8))
  }

  /// Bytes that a terminal acts on, but for the colours that Tare itself writes.
  private func steering(_ shown: String) -> [Unicode.Scalar] {
    var rest = shown
    for code in ["0", "1", "2", "34", "1;33"] { rest = rest.replacing("\u{1B}[\(code)m", with: "") }
    // Progress begins its line anew.
    rest = rest.replacing("\r\u{1B}[K", with: "")
    return rest.unicodeScalars.filter { scalar in
      switch scalar.value {
      case 0x09, 0x0A: false
      case 0..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: true
      default: false
      }
    }
  }

  @Test(arguments: [
    ["evaluate", "in.csv", "--bootstrap", "200", "--details"],
    ["evaluate", "in.csv", "in.csv", "--bootstrap", "200"],
    ["calibrate", "in.csv", "--covariate", "le\(evil)n"], ["calibrate", "in.csv", "-o", "-"],
    ["rank", "in.csv"], ["rank", "in.csv", "-o", "-"], ["rank", "in.jsonl", "--json"],
    ["rank", "in.csv", "-o", "-", "--output-format", "csv"],
    ["smooth", "in.csv", "--x", "le\(evil)n", "--y", "score"], ["formats", "in.csv"],
    ["formats", "in.jsonl", "--json"], ["doctor", "in.csv"], ["evaluate", "bad.csv"],
    ["formats", "name\u{1B}[2J.csv"], ["rank", "no\(evil).csv"], ["rank", "--\(evil)"],
    ["smooth", "in.csv", "--x", "no\(evil)", "--y", "score"],
    ["inspect", "no\(evil).gguf"], ["evaluate", "in.csv", "--fail-if", "\(evil) < 3"],
  ])
  func `no control character of input reaches a terminal`(arguments: [String]) throws {
    let (status, shown) = try PseudoTerminal.run(arguments, in: folder.url, withOutput: true)
    #expect([0, 64, 65].contains(status), "\(shown)")
    #expect(steering(shown).isEmpty, "\(arguments): \(steering(shown))")
    #expect(!shown.isEmpty)
  }

  @Test func `what was escaped is shown as the character's number`() throws {
    let (status, shown) = try PseudoTerminal.run(
      ["rank", "bad.csv"], environment: ["NO_COLOR": "1"], in: folder.url, withOutput: true)
    #expect(status == 65)
    #expect(shown.contains(#"\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\u{8}"#), "\(shown)")
  }

  @Test func `a file gets the bytes as they are`() throws {
    let result = try Program.run(
      ["calibrate", "in.csv", "--covariate", "le\(Self.evil)n", "-o", "-"], in: folder.url)
    #expect(result.status == 0, "\(result.error)")
    #expect(result.output.hasPrefix("prompt_id,score,label,subset,le\(Self.evil)n,note,calibrated"))
    #expect(steering(result.error).isEmpty)
  }
}
