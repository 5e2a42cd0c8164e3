/// `tare pull` from outside, against a hub on loopback.
import Foundation
import TareCore
import TareTesting
import Testing

@Suite(.timeLimit(.minutes(1))) struct PullTests {
  private let folder: TemporaryFolder
  private let model: HubRepository

  init() throws {
    folder = try TemporaryFolder()
    var model = HubRepository()
    model.add("config.json", "{}")
    model.addLarge("model.safetensors", size: 200_000)
    self.model = model
  }

  private func environment(_ hub: LoopbackHub) -> [String: String] {
    [
      "HF_ENDPOINT": hub.url, "HF_HOME": folder.url.path, "HF_HUB_CACHE": "",
      "HUGGINGFACE_HUB_CACHE": "", "HF_TOKEN": "hf_x", "HF_HUB_OFFLINE": "0",
    ]
  }

  @Test func `it prints the folder, or the files as JSON`() throws {
    let hub = try LoopbackHub(model)
    let first = try Program.run(["pull", model.id], environment: environment(hub))
    #expect(first.status == 0, "\(first.error)")
    let snapshot = folder.path("hub/models--org--tiny.model-1/snapshots/\(model.commit)")
    #expect(first.output == snapshot + "\n")
    #expect(first.error == "org/tiny.model-1 at 012345678901: 2 files, 200 kB\n")
    #expect(hub.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_x" })
    #expect(
      try Array(Data(contentsOf: URL(filePath: snapshot + "/model.safetensors")))
        == model.files[1].bytes)

    let second = try Program.run(["pull", model.id, "--json"], environment: environment(hub))
    #expect(second.status == 0, "\(second.error)")
    let card = try JSONValue(parsing: second.output)
    #expect(
      card.object?.keys == ["id", "revision", "commit", "path", "files", "bytes", "seconds"])
    #expect(card["id"] == "org/tiny.model-1")
    #expect(card["revision"] == "main")
    #expect(card["commit"]?.string == model.commit)
    #expect(card["path"]?.string == snapshot)
    #expect(card["bytes"] == 200_002)
    #expect(
      card["files"]?.array?[1] == [
        "name": "model.safetensors", "bytes": 200_000, "sha256": JSONValue.null,
        "downloaded": false,
      ])
    let third = try Program.run(
      ["pull", model.id, "--json", "--verify"], environment: environment(hub))
    #expect(
      try JSONValue(parsing: third.output)["files"]?.array?[1]["sha256"]?.string
        == model.files[1].sha256)
    #expect(second.error.contains("2 of them already present"))
  }

  @Test func `failures have their exit code and say what is wrong`() throws {
    let hub = try LoopbackHub(model)
    let open = environment(hub)
    let offline = open.merging(["HF_HUB_OFFLINE": "1"]) { $1 }
    for (arguments, environment, status, mention) in [
      (["org/none"], open, Int32(64), "there is no model org/none"),
      ([model.id, "--revision", "v9"], open, 64, "no revision 'v9'"),
      (["not an id"], open, 64, "model id: expected ORG/NAME"),
      ([model.id, "--jobs", "0"], open, 64, "--jobs"),
      ([model.id, "--include", "*.gguf"], open, 64, "--include"),
      ([model.id], offline, 64, "HF_HUB_OFFLINE"),
    ] {
      let result = try Program.run(["pull"] + arguments, environment: environment)
      #expect(result.status == status, "\(result.error)")
      #expect(result.error.contains(mention), "\(result.error)")
      #expect(result.output.isEmpty)
    }
  }

  @Test func `the token goes to the hub that is named, whatever proxies or .netrc say`() throws {
    let hub = try LoopbackHub(model)
    var environment = environment(hub)
    environment["HOME"] = folder.url.path
    environment["HF_TOKEN"] = ""
    environment["HF_TOKEN_PATH"] = folder.path("none")
    _ = try folder.file(".netrc", Data("machine 127.0.0.1 login a password b\n".utf8))
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
      environment[name] = "http://127.0.0.1:1"
    }
    environment["no_proxy"] = ""
    let result = try Program.run(["pull", model.id], environment: environment)
    #expect(result.status == 0, "\(result.error)")
    #expect(hub.requests.allSatisfy { $0.headers["authorization"] == nil })
    #expect(!hub.requests.isEmpty)
  }

  @Test func `without libcurl it says what is missing`() throws {
    // What is found first is no library.
    for name in ["libcurl.so.4", "libcurl-gnutls.so.4"] { _ = try folder.file(name, Data()) }
    let hub = try LoopbackHub(model)
    var environment = environment(hub)
    environment["LD_LIBRARY_PATH"] = folder.url.path
    let result = try Program.run(["pull", model.id], environment: environment)
    #expect(result.status == 69, "\(result.error)")
    #expect(result.error.contains("libcurl.so.4 is missing"), "\(result.error)")
    #expect(result.error.contains("apt-get install libcurl4"), "\(result.error)")
    #expect(hub.requests.isEmpty)
  }

  @Test func `Ctrl-C says that the same command goes on, and it does`() throws {
    let slow = try LoopbackHub(model) { request in
      request.path.hasSuffix("model.safetensors") ? .slow(pieces: 2000, milliseconds: 20) : .serve
    }
    let said = try folder.file("said", Data())
    let process = try Program.start(
      ["pull", model.id], environment: environment(slow),
      error: FileHandle(forWritingAtPath: said))
    while slow.bytesSent < 1000, process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    let message = try String(contentsOfFile: said, encoding: .utf8)
    #expect(message.contains("of 200 kB; run the same command again to resume"), "\(message)")

    let hub = try LoopbackHub(model)
    let rest = try Program.run(["pull", model.id], environment: environment(hub))
    #expect(rest.status == 0, "\(rest.error)")
    #expect(hub.requests(for: "model.safetensors").first?.start ?? 0 > 0)
  }
}
