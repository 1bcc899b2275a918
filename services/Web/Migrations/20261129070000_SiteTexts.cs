using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using SkillPlatform.Web.SignIn;

#nullable disable

namespace SkillPlatform.Web.Migrations
{
    /// <summary>What an installation says of itself.</summary>
    [DbContext(typeof(WebDb))]
    [Migration("20261129070000_SiteTexts")]
    public partial class SiteTexts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) =>
            migrationBuilder.CreateTable(
                name: "site_texts",
                columns: table => new
                {
                    page = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    language = table.Column<string>(type: "character varying(10)", maxLength: 10, nullable: false),
                    text = table.Column<string>(type: "text", nullable: false),
                    changed_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                },
                constraints: table => table.PrimaryKey("PK_site_texts", x => new { x.page, x.language })
            );

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.DropTable(name: "site_texts");
    }
}
