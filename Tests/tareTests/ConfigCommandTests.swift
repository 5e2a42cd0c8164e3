import Foundation
import TareCore
import TareTesting
import Testing

/// tare.toml and variables as commands use them.
@Suite struct ConfigCommandTests {
  private static let scores = """
    prompt_id,role,score,length
    a,chosen,2.0,10
    a,rejected,1.0,20
    b,chosen,0.5,30
    b,rejected,1.5,15

    """

  private func folder(_ toml: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    _ = try folder.file("tare.toml", Data(toml.utf8))
    _ = try folder.file("scores.csv", Data(Self.scores.utf8))
    return folder
  }

  @Test func `config shows each value and where it comes from`() throws {
    let folder = try folder("threads = 5\nstore = \"runs.sqlite\"")
    let environment = [
      "TARE_PRECISION": "int8", "XDG_CONFIG_HOME": folder.path("none"), "HF_HUB_CACHE": "",
      "HF_HOME": "/models",
    ]
    let printed = try Program.run(["config", "--json"], environment: environment, in: folder.url)
    #expect(printed.status == 0, "\(printed.error)")
    let settings = try #require(try JSONValue(parsing: printed.output)["settings"])
    #expect(settings["threads"]?["value"] == 5)
    #expect(settings["threads"]?["source"] == "file")
    #expect(settings["threads"]?["line"] == 1)
    #expect(settings["threads"]?["file"]?.string?.hasSuffix("/tare.toml") == true)
    #expect(settings["precision"]?["value"] == "int8")
    #expect(settings["precision"]?["variable"] == "TARE_PRECISION")
    #expect(settings["model"]?["value"] == .null)
    #expect(settings["model"]?["source"] == "default")
    #expect(settings["hub_cache"]?["value"] == "/models/hub")
    #expect(settings["hub_cache"]?["variable"] == "HF_HOME")
    #expect(settings["next_command"]?["value"] == .bool(true))
    let text = try Program.run(["config"], environment: environment, in: folder.url)
    #expect(text.output.contains("precision     int8"))
    #expect(text.output.contains("TARE_PRECISION"))
    #expect(text.output.contains("tare.toml, line 2"))
  }

  @Test func `the store is that of commands which name a run, and of no others`() throws {
    let folder = try folder("store = 'runs.sqlite'")
    func run(_ arguments: String...) throws -> Program.Result {
      let result = try Program.run(arguments, in: folder.url)
      #expect(result.status == 0, "\(arguments): \(result.error)")
      return result
    }
    _ = try run("runs", "import", "scores.csv", "--run", "r")
    _ = try run("calibrate", "--run", "r", "--json")
    #expect(try run("evaluate", "--run", "r").output.contains("pairs"))
    let ranked = try run("rank", "--run", "r", "--json")
    #expect(try JSONValue(parsing: ranked.output).array?.count == 2)
    #expect(try run("runs", "list", "--json").output.contains("\"r\""))
    _ = try run("report", "-o", "report.html")
    // Files are files still.
    #expect(try run("calibrate", "scores.csv").output.contains("calibrated"))
    _ = try run("evaluate", "scores.csv")
  }

  @Test func `the option wins over the variable, and the variable over the file`() throws {
    let folder = try folder("store = 'file.sqlite'")
    func made(_ arguments: [String], _ environment: [String: String]) throws -> [String] {
      let before = try names(folder)
      let result = try Program.run(
        ["runs", "import", "scores.csv", "--run", "r"] + arguments, environment: environment,
        in: folder.url)
      #expect(result.status == 0, "\(result.error)")
      return try names(folder).filter { $0.hasSuffix(".sqlite") && !before.contains($0) }
    }
    let variable = ["TARE_STORE": "variable.sqlite"]
    #expect(try made(["--store", "option.sqlite"], variable) == ["option.sqlite"])
    #expect(try made([], variable) == ["variable.sqlite"])
    #expect(try made([], [:]) == ["file.sqlite"])
  }

  private func names(_ folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
  }

  @Test func `the model, threads and precision are those of the settings`() throws {
    let workshop = try Workshop(pairs: 2)
    _ = try workshop.folder.file(
      "tare.toml", Data("model = '\(workshop.model)'\nprecision = 'int8'\nthreads = 1".utf8))
    let score = ["score", workshop.pairs, "--head", workshop.head, "--date", "2026-11-23"]
    let configured = try Program.run(score, in: workshop.folder.url)
    #expect(configured.status == 0, "\(configured.error)")
    let named = try Program.run(
      score + ["--model", workshop.model, "--precision", "int8"], in: workshop.folder.url)
    #expect(named.output == configured.output)
    let plain = try Program.run(score + ["--precision", "float32"], in: workshop.folder.url)
    #expect(plain.status == 0)
    #expect(plain.output != configured.output)
    let without = try Program.run(score)
    #expect(without.status == 64)
    #expect(without.error.contains("TARE_MODEL"))
  }

  @Test func `a file that is wrong stops a command before it does anything`() throws {
    let folder = try folder("thread = 4")
    let result = try Program.run(["evaluate", "scores.csv"], in: folder.url)
    #expect(result.status == 65)
    #expect(result.error.contains("tare.toml, line 1: expected store, model"))
    #expect(result.error.contains("found the unknown key 'thread'; did you mean 'threads'?"))
    #expect(result.output.isEmpty)
    for help in [
      ["--help"], ["help", "score"], ["runs", "list", "--help"], ["completions", "bash"],
    ] {
      #expect(try Program.run(help, in: folder.url).status == 0, "\(help)")
    }
    #expect(try Program.run(["--version"], in: folder.url).status == 0)
  }

  @Test func `a downloaded model is found in the cache that a setting names`() throws {
    let folder = try folder("hub-cache = 'cache'")
    let place = folder.url.appending(path: "cache/models--a--b")
    let snapshot = place.appending(path: "snapshots/\(String(repeating: "0", count: 40))")
    for folder in [snapshot, place.appending(path: "refs")] {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
    try Data(String(repeating: "0", count: 40).utf8).write(
      to: place.appending(path: "refs/main"))
    try TinyModel.gguf().write(to: snapshot.appending(path: "tiny.gguf"))
    let environment = ["HF_HUB_CACHE": "", "HF_HOME": "", "HUGGINGFACE_HUB_CACHE": ""]
    let found = try Program.run(
      ["inspect", "a/b", "--json"], environment: environment, in: folder.url)
    #expect(!found.output.isEmpty, "\(found.error)")
    let python = environment.merging(["HF_HUB_CACHE": folder.path("none")]) { $1 }
    let other = try Program.run(["inspect", "a/b"], environment: python, in: folder.url)
    #expect(other.status == 64)
    #expect(other.error.contains("none"))
  }
}
