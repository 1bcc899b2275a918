using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SkillPlatform.Identity.Migrations
{
    /// <summary>What whoever guards an installation wants to see.</summary>
    [DbContext(typeof(IdentityDb))]
    [Migration("20261129020000_SecurityEvents")]
    public partial class SecurityEvents : Migration
    {
        private static readonly string[] Indexed = ["account", "at", "what"];

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "security_events",
                schema: "identity",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    what = table.Column<string>(type: "text", nullable: false),
                    account = table.Column<string>(type: "text", nullable: true),
                    by = table.Column<string>(type: "text", nullable: true),
                    address = table.Column<string>(type: "text", nullable: true),
                    client = table.Column<string>(type: "text", nullable: true),
                    details = table.Column<string>(type: "text", nullable: true),
                },
                constraints: table => table.PrimaryKey("PK_security_events", x => x.id)
            );
            foreach (var column in Indexed)
                migrationBuilder.CreateIndex(
                    name: $"IX_security_events_{column}",
                    schema: "identity",
                    table: "security_events",
                    column: column
                );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.DropTable(name: "security_events", schema: "identity");
    }
}
