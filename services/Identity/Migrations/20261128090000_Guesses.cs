using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SkillPlatform.Identity.Migrations
{
    /// <summary>What is counted of guesses, and which one-time code was the last.</summary>
    [DbContext(typeof(IdentityDb))]
    [Migration("20261128090000_Guesses")]
    public partial class Guesses : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "last_code_step",
                schema: "identity",
                table: "accounts",
                type: "bigint",
                nullable: true
            );

            migrationBuilder.CreateTable(
                name: "guesses",
                schema: "identity",
                columns: table => new
                {
                    key = table.Column<string>(type: "text", nullable: false),
                    count = table.Column<int>(type: "integer", nullable: false),
                    until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table => table.PrimaryKey("PK_guesses", x => x.key)
            );

            migrationBuilder.CreateIndex(
                name: "IX_guesses_until",
                schema: "identity",
                table: "guesses",
                column: "until"
            );
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "guesses", schema: "identity");

            migrationBuilder.DropColumn(name: "last_code_step", schema: "identity", table: "accounts");
        }
    }
}
