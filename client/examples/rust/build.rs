//! Generates messages and clients from the protos of the repository. protox reads them, so that no protoc is needed.

use std::error::Error;
use std::path::Path;

const PROTO: &str = "../../../proto";

fn main() -> Result<(), Box<dyn Error>> {
    let mut protos = protox::Compiler::new([PROTO])?;
    protos.include_imports(true).include_source_info(true);
    protos.open_files(["hotline/v1/archive_service.proto", "hotline/v1/timeline_service.proto"])?;
    for file in protos.files().filter_map(|file| file.path()) {
        println!("cargo::rerun-if-changed={}", file.display());
    }

    let folder = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&folder).join("hotline.pb"), protos.encode_file_descriptor_set())?;
    tonic_prost_build::configure()
        .build_server(false)
        .build_transport(false) // src/connection.rs makes the channel
        .compile_fds(protos.file_descriptor_set())?;
    Ok(())
}
