/// The id of a model on a hub: "ORG/NAME", or "NAME" alone for the oldest ones.
package import TareCore

package struct HubID: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// The rules are huggingface_hub's (`utils/_validators.py`): one or two parts of 1 to 96 letters,
  /// digits, "-", "_" and ".", that begin and end with a letter, digit or "_"; no "--", no "..", and
  /// no ".git" at the end.
  /// - Returns: nil for any other text; a path such as "./model" or "a/b/c" is none.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, parts.allSatisfy(Self.isPart), !text.contains("--"),
      !text.contains(".."),
      !text.hasSuffix(".git")
    else { return nil }
    description = text
  }

  /// - Throws: `TareError.usage` where `init?` gives nil.
  package init(parsing text: String) throws(TareError) {
    guard let id = HubID(text) else {
      throw .usage(
        "model id: expected ORG/NAME of letters, digits, '-', '_' and '.', found '\(text)'")
    }
    self = id
  }

  /// The repository's folder in the cache: "models--ORG--NAME".
  var folderName: String { "models--" + description.replacing("/", with: "--") }

  private static func isPart(_ text: Substring) -> Bool {
    text.utf8.count <= 96
      && text.wholeMatch(of: /[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_])?/) != nil
  }
}
