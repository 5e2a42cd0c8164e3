import Foundation
import TareCore
import TarePipeline
import TareTesting
import Testing

/// What tare.toml and variables say, and how what they cannot say is refused.
@Suite struct ConfigurationTests {
  private func configuration(
    _ text: String?, user: String? = nil, _ environment: [String: String] = [:]
  ) throws -> (configuration: Configuration, folder: TemporaryFolder) {
    let folder = try TemporaryFolder()
    if let text { _ = try folder.file("tare.toml", Data(text.utf8)) }
    var environment = environment
    environment["HOME"] = folder.path("home")
    if let user {
      let place = folder.url.appending(path: "home/.config/tare")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data(user.utf8).write(to: place.appending(path: "tare.toml"))
    }
    return (try Configuration(environment: environment, folder: folder.url.path), folder)
  }

  @Test func `a variable comes before the working directory's file, that before the user's`() throws
  {
    let (found, folder) = try configuration(
      "threads = 5\nprecision = 'int8'", user: "threads = 6\nprecision = 'bfloat16'\nstore = 's'",
      ["TARE_THREADS": "3"])
    #expect(found.threads == 3)
    #expect(found.value(of: .threads).origin == .variable("TARE_THREADS"))
    #expect(found[.precision] == "int8")
    #expect(found.value(of: .precision).origin == .file(folder.path("tare.toml"), line: 2))
    #expect(found[.store] == "s")
    #expect(
      found.value(of: .store).origin
        == .file(folder.path("home/.config/tare/tare.toml"), line: 3))
    #expect(found.value(of: .model).text == nil)
    #expect(found.value(of: .model).origin == .standard)
  }

  @Test func `an empty variable counts as unset, and XDG_CONFIG_HOME is looked into`() throws {
    let folder = try TemporaryFolder()
    let place = folder.url.appending(path: "tare")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    try Data("threads = 2".utf8).write(to: place.appending(path: "tare.toml"))
    let found = try Configuration(
      environment: ["XDG_CONFIG_HOME": folder.url.path, "TARE_THREADS": "", "HOME": "/nowhere"],
      folder: "/nowhere")
    #expect(found.threads == 2)
    #expect(found.files.map(\.exists) == [false, true])
  }

  @Test(arguments: [
    ("store = \"a\\tb\\u00e9\\\"\" # comment", "a\tbé\""),
    ("  store='C:\\runs'", "C:\\runs"),
    ("\u{FEFF}\r\n# first\r\nstore = \"x#y\"\r\n", "x#y"),
    ("store = '~/runs'", "HOME/runs"),
  ])
  func `texts are read as TOML has them`(text: String, expected: String) throws {
    let (found, folder) = try configuration(text)
    #expect(found[.store] == expected.replacing("HOME", with: folder.path("home")))
  }

  @Test(arguments: [
    ("threads = 1_0", 10), ("threads = +7", 7),
  ])
  func `integers are read as TOML has them`(text: String, expected: Int) throws {
    #expect(try configuration(text).configuration.threads == expected)
  }

  @Test(arguments: [
    ("[tare]\nthreads = 2", "line 1", "the table [tare]"),
    ("\nthreads = 2\nthreads = 3", "line 3", "'threads' a second time, after line 2"),
    ("threads = 2.5", "line 1", "'2.5', which is no decimal integer"),
    ("threads = 0x10", "line 1", "'0x10', which is no decimal integer"),
    ("threads = 007", "line 1", "'007', which is no decimal integer"),
    ("threads = 0", "line 1, 'threads'", "found the integer 0"),
    ("threads = \"4\"", "line 1, 'threads'", "the string \"4\""),
    ("store = s.sqlite", "line 1", "'s.sqlite' without quotes"),
    ("store = \"s", "line 1", "a text without its closing \""),
    ("store = 's", "line 1", "a text without its closing '"),
    ("store = \"\\q\"", "line 1", "the escape \\q"),
    ("store = \"\\u12\"", "line 1", "the escape \\u12"),
    ("store = \"\"\"s\"\"\"", "line 1", "a text of several lines"),
    ("store = [\"s\"]", "line 1", "an array"),
    ("store = {a = 1}", "line 1", "an inline table"),
    ("store = ''", "line 1, 'store'", "the string \"\""),
    ("store", "line 1", "'store' without a value"),
    ("store =", "line 1", "'store' without a value"),
    ("store.path = 's'", "line 1", "the dotted key 'store.path"),
    ("store = 's' 't'", "line 1", "''t'' after the value of 'store'"),
    ("precision = 'float64'", "line 1, 'precision'", "expected float32, bfloat16, int8, found "),
    ("next-command = 1", "line 1, 'next-command'", "expected true or false, found the integer 1"),
    ("thread = 4", "line 1", "the unknown key 'thread'; did you mean 'threads'?"),
    ("hub_cache = 'h'", "line 1", "the unknown key 'hub_cache'; did you mean 'hub-cache'?"),
    ("colour = 'red'", "line 1", "found the unknown key 'colour'"),
  ])
  func `what cannot be read names file, line and what is wrong`(
    text: String, place: String, found: String
  ) throws {
    let error = #expect(throws: TareError.self) { try configuration(text) }
    let words = try #require(error).description
    #expect(words.contains("tare.toml, \(place): expected "), "\(words)")
    #expect(words.contains(found), "\(words)")
    #expect(error?.exitCode == 65)
  }

  @Test(arguments: [
    ("TARE_THREADS", "many"), ("TARE_THREADS", "0"), ("TARE_PRECISION", "half"),
    ("TARE_NEXT_COMMAND", "maybe"),
  ])
  func `a variable that cannot be read is named`(name: String, value: String) {
    let error = #expect(throws: TareError.self) { try configuration(nil, [name: value]) }
    #expect(error?.description.contains(name) == true)
    #expect(error?.exitCode == 64)
  }

  @Test func `bytes that are no UTF-8 are refused`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("tare.toml", Data([0x73, 0xFF]))
    #expect(throws: TareError.self) {
      try Configuration(environment: [:], folder: folder.url.path)
    }
  }

  @Test func `the hub's cache is that of Python's tools unless a setting says otherwise`() throws {
    let python = try configuration("hub-cache = '/file'", ["HF_HUB_CACHE": "/python"]).configuration
    #expect(python.value(of: .hubCache).text == "/python")
    #expect(python.ownHubCache == nil)
    let file = try configuration("hub-cache = '/file'").configuration
    #expect(file.ownHubCache == "/file")
    let both = try configuration(
      "hub-cache = '/file'", ["HF_HUB_CACHE": "/python", "TARE_HUB_CACHE": "/tare"]
    ).configuration
    #expect(both.ownHubCache == "/tare")
    let none = try configuration(nil)
    #expect(none.configuration.ownHubCache == nil)
    #expect(
      none.configuration.value(of: .hubCache).text
        == none.folder.path("home/.cache/huggingface/hub"))
  }
}
