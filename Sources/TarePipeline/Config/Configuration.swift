/// What options are where they are not given: by a variable, by tare.toml, or by default.
internal import Foundation
package import TareCore
internal import TareHub

/// The order is: the command line, `TARE_…` variables, tare.toml of the working directory, tare.toml of the
/// user, the default.
package struct Configuration: Sendable {
  package enum Origin: Sendable, Equatable {
    case variable(String)
    case file(String, line: Int)
    case standard

    /// nil for the default.
    package var words: String? {
      switch self {
      case .variable(let name): name
      case .file(let path, let line): "\(path), line \(line)"
      case .standard: nil
      }
    }
  }

  package struct Value: Sendable, Equatable {
    /// nil where nothing is set.
    package let text: String?
    package let origin: Origin
  }

  /// Where tare.toml is looked for, nearest first, and whether it is there.
  package private(set) var files: [(path: String, exists: Bool)] = []
  private var values: [Setting: Value] = [:]
  private let environment: [String: String]

  /// No file and no variable.
  package init() { environment = [:] }

  /// - Parameters:
  ///   - environment: `TARE_…`, `XDG_CONFIG_HOME` and `HOME`; an empty variable counts as unset.
  ///   - folder: the working directory.
  /// - Throws: `TareError.badData` that names the file and its line, `TareError.usage` for a variable.
  package init(environment: [String: String], folder: String) throws(TareError) {
    self.environment = environment
    for setting in Setting.allCases {
      guard let text = environment[setting.variable], !text.isEmpty else { continue }
      do throws(Setting.Unaccepted) {
        values[setting] = Value(
          text: Self.expanded(try setting.checked(variable: text), setting, environment),
          origin: .variable(setting.variable))
      } catch {
        throw .usage("\(setting.variable): expected \(error.accepted), found \(error.found)")
      }
    }
    var places = [folder + "/tare.toml"]
    if let user = Self.userFolder(environment) { places.append(user + "/tare/tare.toml") }
    for path in places {
      var isFolder: ObjCBool = false
      let exists =
        FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
      files.append((path, exists))
      if exists { try read(path) }
    }
  }

  /// `XDG_CONFIG_HOME`, which counts where it is absolute, or ~/.config.
  private static func userFolder(_ environment: [String: String]) -> String? {
    if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") { return folder }
    return environment["HOME"].flatMap { $0.isEmpty ? nil : $0 + "/.config" }
  }

  private mutating func read(_ path: String) throws(TareError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .badData(place: path, found: "a file that cannot be read", accepted: "a readable file")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw .badData(place: path, found: "bytes that are no UTF-8", accepted: "UTF-8")
    }
    for entry in try TOMLLines(text, name: path).entries {
      let place = "\(path), line \(entry.line)"
      guard let setting = Setting(rawValue: entry.key) else {
        let nearest = Setting.nearest(to: entry.key).map { "; did you mean '\($0.key)'?" } ?? ""
        throw .badData(
          place: place, found: "the unknown key '\(entry.key)'\(nearest)",
          accepted: Setting.allCases.map(\.key).joined(separator: ", "))
      }
      do throws(Setting.Unaccepted) {
        let text = try setting.checked(entry.value)
        if values[setting] != nil { continue }
        values[setting] = Value(
          text: Self.expanded(text, setting, environment),
          origin: .file(path, line: entry.line))
      } catch {
        throw .badData(
          place: "\(place), '\(entry.key)'", found: error.found, accepted: error.accepted)
      }
    }
  }

  /// A path with the user's folder in place of "~", which no shell has replaced here.
  private static func expanded(
    _ text: String, _ setting: Setting, _ environment: [String: String]
  ) -> String {
    guard setting.kind == .text, text == "~" || text.hasPrefix("~/"),
      let home = environment["HOME"], !home.isEmpty
    else { return text }
    return home + text.dropFirst()
  }

  /// What a variable or a file says.
  package subscript(setting: Setting) -> String? { values[setting]?.text }

  package var threads: Int? { self[.threads].flatMap { Int($0) } }
  package var showsNextCommand: Bool { self[.nextCommand] != "false" }

  /// The value that counts without an option, and where it comes from.
  package func value(of setting: Setting) -> Value {
    if setting == .hubCache, !isVariable(setting), let value = cacheOfPython { return value }
    if let value = values[setting] { return value }
    let text: String? =
      switch setting {
      case .store, .model: nil
      case .threads: String(ProcessInfo.processInfo.activeProcessorCount)
      case .precision: ScoringSettings(model: "").precision
      case .hubCache: HubCache(environment: environment).folder.path
      case .nextCommand: "true"
      }
    return Value(text: text, origin: .standard)
  }

  private func isVariable(_ setting: Setting) -> Bool {
    if case .variable? = values[setting]?.origin { return true }
    return false
  }

  /// The cache by the variables that Python's tools read too, which as variables come before files.
  private var cacheOfPython: Value? {
    let names = ["HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"]
    guard let name = names.first(where: { environment[$0]?.isEmpty == false }) else { return nil }
    return Value(
      text: HubCache(environment: environment).folder.path, origin: .variable(name))
  }

  /// The hub's cache where it is other than the variables of Python's tools say.
  package var ownHubCache: String? {
    let value = value(of: .hubCache)
    return value.origin == .standard || value == cacheOfPython ? nil : value.text
  }
}

extension Configuration {
  package var json: JSONValue {
    var settings = JSONObject()
    for setting in Setting.allCases {
      let value = value(of: setting)
      var object: JSONObject = ["value": setting.json(value.text)]
      switch value.origin {
      case .variable(let name):
        object["source"] = "variable"
        object["variable"] = .string(name)
      case .file(let path, let line):
        object["source"] = "file"
        object["file"] = .string(path)
        object["line"] = .int(line)
      case .standard: object["source"] = "default"
      }
      settings[setting.key.replacing("-", with: "_")] = .object(object)
    }
    return [
      "settings": .object(settings),
      "files": .array(
        files.map { ["path": .string($0.path), "exists": .bool($0.exists)] }),
    ]
  }

  /// A line a setting: its value and where that comes from.
  package var text: String {
    let values = Setting.allCases.map { ($0, value(of: $0)) }
    let keys = values.map(\.0.key.count).max() ?? 0
    let texts = values.map { ($0.1.text ?? "–").count }.max() ?? 0
    func padded(_ text: String, _ width: Int) -> String {
      text + String(repeating: " ", count: max(0, width - text.count))
    }
    var lines = values.map { setting, value in
      padded(setting.key, keys) + "  " + padded(value.text ?? "–", texts) + "  "
        + (value.origin.words ?? "default")
    }
    lines += ["", "Files, nearest first:"]
    lines += files.map { "  \($0.path)\($0.exists ? "" : " (not there)")" }
    return lines.joined(separator: "\n")
  }
}

extension Setting {
  fileprivate func json(_ text: String?) -> JSONValue {
    guard let text else { return .null }
    return switch kind {
    case .count: .int(Int(text) ?? 0)
    case .flag: .bool(text == "true")
    case .text, .choice: .string(text)
    }
  }
}
