//! Makes the server's schema known to the compiler, so that every operation in `src/operations` is checked against it.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    cynic_codegen::register_schema("causerie")
        .from_sdl_file("../schema.graphql")?
        .as_default()?;
    Ok(())
}
