/// Where the hub, the token and the cache are taken from.
import Foundation
import TareCore
import TareHub
import TareTesting
import Testing

@Suite struct HubSettingsTests {
  @Test(arguments: [
    (["HOME": "/h"], "/h/.cache/huggingface/hub"),
    (["HOME": "/h", "XDG_CACHE_HOME": "/x"], "/x/huggingface/hub"),
    (["XDG_CACHE_HOME": "/x", "HF_HOME": "/hf"], "/hf/hub"),
    (["HF_HOME": "/hf", "HUGGINGFACE_HUB_CACHE": "/old"], "/old"),
    (["HF_HOME": "/hf", "HF_HUB_CACHE": "/new", "HUGGINGFACE_HUB_CACHE": "/old"], "/new"),
    (["HOME": "/h", "HF_HOME": "~/hf"], "/h/hf/hub"),
    (["DATA": "/d", "HF_HOME": "$DATA/a/${DATA}/$NONE"], "/d/a//d/$NONE/hub"),
    (["HOME": "/h", "HF_HOME": "", "HF_HUB_CACHE": ""], "/h/.cache/huggingface/hub"),
  ])
  func `the cache is where Python's tools have it`(
    environment: [String: String], path: String
  ) throws {
    #expect(try HubSettings(environment: environment).cache.folder.path == path)
  }

  @Test func `the token comes from its variable, else from its file`() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("token", Data("hf_home\n".utf8))
    let other = try folder.file("other", Data(" hf_other \n".utf8))
    let home = ["HF_HOME": folder.url.path]
    #expect(try HubSettings(environment: home).token == "hf_home")
    let named = home.merging(["HF_TOKEN_PATH": other]) { $1 }
    #expect(try HubSettings(environment: named).token == "hf_other")
    let given = named.merging(["HF_TOKEN": " hf_given\n"]) { $1 }
    #expect(try HubSettings(environment: given).token == "hf_given")
    let none = given.merging(["HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]) { $1 }
    #expect(try HubSettings(environment: none).token == nil)
    #expect(try HubSettings(environment: ["HF_HOME": folder.path("none")]).token == nil)
    let error = #expect(throws: TareError.self) {
      try HubSettings(environment: ["HF_TOKEN": "hf_a\r\nHost: b"])
    }
    #expect(error?.exitCode == 64)
    #expect(error?.description.contains("hf_a") == false)
  }

  @Test func `the endpoint is an address`() throws {
    #expect(try HubSettings(environment: [:]).endpoint == "https://huggingface.co")
    let mirror = ["HF_ENDPOINT": "http://mirror:8080/hf/"]
    #expect(try HubSettings(environment: mirror).endpoint == "http://mirror:8080/hf")
    for text in ["mirror", "ftp://mirror", "http://", "http://u:p@mirror", "http://mirror?a=b"] {
      #expect(throws: TareError.self, "\(text)") {
        try HubSettings(environment: ["HF_ENDPOINT": text])
      }
    }
  }
}
