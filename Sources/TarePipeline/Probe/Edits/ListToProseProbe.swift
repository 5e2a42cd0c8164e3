/// The same content without its list.
package import TareCore

package enum ListToProseProbe: TextProbe {
  package static let key = "list_to_prose"
  package static let summary = "turns Markdown bullets into sentences"
  package static let expectation = ProbeExpectation.same
  package static let facts = ProbeFacts.words

  package static func edit(
    _ response: String, prompt: [Message], _ random: inout Xoshiro256
  ) -> String? {
    let lines = response.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let items = lines.count { Self.item($0) != nil }
    guard items > 1 else { return nil }
    var result: [String] = []
    var wasItem = false
    for line in lines {
      guard let item = Self.item(line) else {
        result.append(line)
        wasItem = false
        continue
      }
      let sentence = item.last.map { ".!?:;".contains($0) } == true ? item : item + "."
      if wasItem, let last = result.popLast() {
        result.append(last + " " + sentence)
      } else {
        result.append(sentence)
      }
      wasItem = true
    }
    return result.joined(separator: "\n")
  }

  /// What a bullet says.
  private static func item(_ line: String) -> String? {
    let text = line.drop { $0 == " " }
    guard let mark = text.first, "-*+".contains(mark), text.dropFirst().first == " " else {
      return nil
    }
    let item = text.dropFirst(2).drop { $0 == " " }
    return item.isEmpty ? nil : String(item)
  }
}
