/// Environment variables, read as huggingface_hub reads them.
internal import Foundation

struct HubVariables {
  private let values: [String: String]

  init(_ values: [String: String]) { self.values = values }

  /// nil where the variable is not set or empty.
  subscript(name: String) -> String? {
    guard let value = values[name], !value.isEmpty else { return nil }
    return value
  }

  func isTrue(_ name: String) -> Bool {
    ["1", "ON", "YES", "TRUE"].contains(self[name]?.uppercased() ?? "")
  }

  /// A variable that holds a path, with "~" and `$NAME` in it replaced.
  func path(_ name: String) -> String? { self[name].map(expanded) }

  /// `HF_HOME`.
  var home: String {
    path("HF_HOME") ?? expanded((self["XDG_CACHE_HOME"] ?? "~/.cache") + "/huggingface")
  }

  /// Variables that are not set stay as they stand, as `os.path.expandvars` leaves them.
  private func expanded(_ path: String) -> String {
    var path = path
    if path == "~" || path.hasPrefix("~/") {
      let user = self["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path
      path = user + path.dropFirst()
    }
    return path.replacing(/\$(?:([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})/) { match in
      values[String(match.output.1 ?? match.output.2 ?? "")] ?? String(match.output.0)
    }
  }
}
